import type { KnownWait } from '../../core/decide/known-waits.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { WaitState } from '../../core/workflow.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { shortId } from '../text.ts'
import { formatAge, formatElapsed } from '../time-text.ts'

/** As it stands in a list. */
export type WaitRow = KnownWait

const lookByState = {
  waiting: { text: '● waiting', paint: 'accent' },
  answered: { text: '✓ answered', paint: 'good' },
  overdue: { text: '! overdue', paint: 'bad' },
} as const satisfies Record<WaitState, { text: string; paint: keyof Style }>

export const waitColumns: readonly Column<WaitRow>[] = [
  {
    title: 'WAIT',
    value: waitId,
    compact: ({ workflowId, step }) => `${shortId(workflowId)}#${step}`,
    lastWidth: 16,
    truncate: 'middle',
  },
  { title: 'WORKFLOW', value: ({ name }) => name, minWidth: 16, optional: 3 },
  {
    title: 'QUESTION',
    isText: true,
    value: ({ prompt, topic }) => prompt ?? topic ?? '',
    short: describeBriefly,
    paint: (text, { asked }, style) => (asked ? text : style.faint(text)),
    minWidth: 36,
  },
  { title: 'TOPIC', value: ({ topic }) => topic ?? '', minWidth: 12, optional: 4 },
  {
    title: 'SINCE',
    value: ({ since }) => since.toISOString(),
    short: ({ since }, now) => formatAge(since, now),
    align: 'right',
    optional: 1,
  },
  {
    title: 'LEFT',
    value: ({ until }) => until?.toISOString() ?? '',
    short: ({ until }, now) => (until ? formatLeft(until, now) : ''),
    align: 'right',
    optional: 2,
  },
  {
    title: 'STATE',
    value: ({ state }) => state,
    short: ({ state }) => lookByState[state].text,
    paint: (text, { state }, style) => style[lookByState[state].paint](text),
  },
  {
    title: 'TOLD BY',
    value: ({ source }) => source,
    paint: (text, _, style) => style.faint(text),
    optional: 5,
  },
]

function describeBriefly(wait: WaitRow): string {
  const { asked, topic, source } = wait
  const doubt = source === 'learned' ? '?' : ''
  if (asked) return describeQuestion(wait)
  if (topic === undefined) return '(a message)'
  return topic === null ? `(a message without topic${doubt})` : `(a message on ${topic}${doubt})`
}

function formatLeft(until: Date, now: Date): string {
  const ms = until.getTime() - now.getTime()
  return ms < 0 ? `-${formatElapsed(-ms)}` : formatElapsed(ms)
}
