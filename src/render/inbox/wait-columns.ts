import type { KnownWait } from '../../core/decide/known-waits.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { WaitState } from '../../core/workflow.ts'
import { toIso } from '../columns/cell.ts'
import type { Style } from '../style.ts'
import type { Column } from '../table.ts'
import { displayWidth, pad, shortId } from '../text.ts'
import { formatAge, formatElapsed } from '../time-text.ts'

/** As it stands in a list. */
export type WaitRow = KnownWait

const lookByState = {
  waiting: { text: '● waiting', paint: 'accent' },
  answered: { text: '✓ answered', paint: 'good' },
  overdue: { text: '! overdue', paint: 'bad' },
} as const satisfies Record<WaitState, { text: string; paint: keyof Style }>

/** Whoever is asked has no more time than this: it is marked. */
const expiringMs = 600_000

/** It waits, and not for long any more. */
function isExpiring({ state, until }: Pick<WaitRow, 'state' | 'until'>, now: Date): boolean {
  return state === 'waiting' && until !== null && until.getTime() - now.getTime() <= expiringMs
}

const expiring = { text: '! expiring', paint: 'warning' } as const

function lookOf(row: WaitRow, now: Date): { readonly text: string; readonly paint: keyof Style } {
  return isExpiring(row, now) ? expiring : lookByState[row.state]
}

export const waitColumns: readonly Column<WaitRow>[] = [
  {
    title: 'WAIT',
    value: waitId,
    compact: ({ workflowId, step }) => `${shortId(workflowId)}#${step}`,
    ...{ minWidth: 48, lastWidth: 16, truncate: 'middle' },
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
    value: ({ since }) => toIso(since),
    short: ({ since }, now) => formatAge(since, now),
    align: 'right',
    optional: 1,
  },
  {
    title: 'LEFT',
    value: ({ until }) => toIso(until),
    short: ({ until }, now) => (until ? formatLeft(until, now) : ''),
    paint: (text, row, style, now) => (isExpiring(row, now) ? style.warning(text) : text),
    align: 'right',
    optional: 2,
  },
  {
    title: 'STATE',
    value: ({ state }) => state,
    short: (row, now) => lookOf(row, now).text,
    fit: (row, width, now) => fitLook(lookOf(row, now).text, width),
    lastWidth: 5,
    paint: (text, row, style, now) => style[lookOf(row, now).paint](text),
  },
  {
    title: 'TOLD BY',
    value: ({ source }) => source,
    paint: (text, _, style) => style.faint(text),
    optional: 5,
  },
]

/** Its symbol alone says it too. */
function fitLook(text: string, width: number): string {
  return pad(displayWidth(text) <= width ? text : text.slice(0, Math.min(1, width)), width)
}

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
