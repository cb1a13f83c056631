import { isAsking } from '../../core/dbos-names.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue, WorkflowEvent } from '../../core/workflow.ts'
import type { Viewport } from '../gutter.ts'
import { escapeName, truncate, wrap } from '../text.ts'
import { formatCountdown, formatElapsed } from '../time-text.ts'
import { formatValue } from '../value.ts'
import type { WaitRow } from './wait-columns.ts'

const maxQuestionLines = 8
const maxFacts = 12

/** A question as whoever decides wants to read it: whole, with what came with it and what the workflow published. */
export function questionView(wait: WaitRow, events: readonly WorkflowEvent[], frame: Viewport): string[] {
  const { style, width, now } = frame
  const times = [
    `for ${formatElapsed(now.getTime() - wait.since.getTime())}`,
    ...(wait.until ? [formatCountdown(wait.until, now)] : []),
    ...(wait.state === 'answered' ? ['answered, not read yet'] : []),
    `topic ${describeTopic(wait)}`,
  ]
  const published = events.filter(({ key }) => !isAsking(key))
  return [
    style.strong(truncate(escapeName(`${wait.name}  ${waitId(wait)}`), width)),
    ...wrap(describeQuestion(wait), Math.max(1, width - 2), maxQuestionLines).map(
      (line) => `  ${style.warning(line)}`,
    ),
    `  ${style.faint(truncate(times.join(', '), width - 2))}`,
    ...factLines('with', detailsOf(wait.request), frame),
    ...factLines(
      'event',
      published.map(({ key, value }) => [key, value]),
      frame,
    ),
  ]
}

function factLines(
  label: string,
  facts: readonly (readonly [string, JsonValue])[],
  frame: Viewport,
): string[] {
  const { style, width } = frame
  const lines = facts.slice(0, maxFacts).map(([key, value]) => {
    const name = truncate(escapeName(key), 24)
    return truncate(`${label.padEnd(6)}${name}: ${formatValue(value, width)}`, width - 2)
  })
  const more = facts.length > maxFacts ? [`… ${facts.length - maxFacts} more`] : []
  return [...lines, ...more].map((line) => `  ${style.faint(line)}`)
}

/** What a request tells besides the question itself. */
function detailsOf(request: JsonValue): [string, JsonValue][] {
  if (!isJsonObject(request)) return []
  return Object.entries(request).filter(([key]) => !['prompt', 'topic', 'until'].includes(key))
}

function describeTopic({ topic, source }: WaitRow): string {
  if (topic === undefined) return 'not known'
  return `${topic === null ? '(none)' : escapeName(topic)}${source === 'asked' ? '' : `, ${source}`}`
}
