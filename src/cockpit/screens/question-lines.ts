import { isAsking, isDbosStep } from '../../core/dbos-names.ts'
import type { KnownWait } from '../../core/decide/known-waits.ts'
import { describeQuestion } from '../../core/decide/question-words.ts'
import type { Topic } from '../../core/topic.ts'
import { command } from '../../core/words/command-line.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue, Step, WorkflowEvent } from '../../core/workflow.ts'
import { commandBlock, commandLines } from '../../render/command-lines.ts'
import type { Viewport } from '../../render/gutter.ts'
import {
  displayWidth,
  escapeControlLines,
  escapeName,
  pad,
  shortExecutor,
  truncate,
} from '../../render/text.ts'
import { formatCountdown, formatElapsed } from '../../render/time-text.ts'
import { formatValue } from '../../render/value.ts'
import { foldLine } from './fold-line.ts'

export interface Asked {
  readonly wait: KnownWait
  readonly events: readonly WorkflowEvent[]
  readonly steps: readonly Step[]
  /** The executor that held it, where it is not connected: nobody reads an answer. */
  readonly goneExecutor?: string | null
}

/** The last steps before the question: what led to it. */
const shownSteps = 5

/** A question as whoever decides wants to read it: whole, with all that came with it, what was published, and what was done before. */
export function questionLines(
  { wait, events, steps, goneExecutor = null }: Asked,
  frame: Viewport,
): string[] {
  const { style, width, now } = frame
  const { workflowId, step, name, since, until, state } = wait
  const head = [
    escapeName(`${workflowId}#${step}`),
    escapeName(name),
    `waits ${formatElapsed(now.getTime() - since.getTime())}${until ? `, ${formatCountdown(until, now)}` : ''}`,
    describeTopic(wait),
    ...(state === 'answered' ? ['answered, not read yet'] : []),
  ]
  const published = events.filter(({ key }) => !isAsking(key)).map(({ key, value }) => [key, value] as const)
  const done = steps.filter((one) => !isDbosStep(one.name) && one.step < step).slice(-shownSteps)
  return [
    ...foldLine(head.join(' · '), width).map(style.faint),
    ...(goneExecutor === null ? [] : stuckLines(workflowId, goneExecutor, frame)),
    ...foldLine(describeQuestion(wait), width).map((line) => style.strong(line)),
    '',
    ...factLines([...detailsOf(wait.request), ...published, ...stepsSoFar(done)], frame),
  ]
}

function stuckLines(workflowId: string, executorId: string, frame: Viewport): string[] {
  const { style, width } = frame
  const text = `stuck  executor ${shortExecutor(executorId)} is not connected`
  const takeOver = commandLines(command('recover', [workflowId]), frame, width)
  const [first = ''] = takeOver
  if (takeOver.length === 1 && displayWidth(`${text}   ${first}`) <= width)
    return [`${style.bad(text)}   ${style.command(first)}`]
  return [
    ...foldLine(text, width).map(style.bad),
    ...commandBlock(command('recover', [workflowId]), frame, [0]).map(style.command),
  ]
}

function factLines(facts: readonly (readonly [string, JsonValue])[], frame: Viewport): string[] {
  const { style, width } = frame
  const keys = facts.map(([key]) => escapeName(key))
  const longest = keys.reduce((most, key) => Math.max(most, displayWidth(key)), 0)
  const keyWidth = Math.min(longest, Math.floor(width / 3))
  return facts.flatMap(([, value], index) =>
    valueLines(value, Math.max(1, width - keyWidth - 4)).map((line, row) => {
      const key = row === 0 ? truncate(keys[index] ?? '', keyWidth) : ''
      return `  ${style.faint(pad(key, keyWidth))}  ${line}`.trimEnd()
    }),
  )
}

/** Text as it is read, anything else as one value. */
function valueLines(value: JsonValue, width: number): string[] {
  const lines = typeof value === 'string' ? escapeControlLines(value) : [formatValue(value)]
  return lines.flatMap((line) => foldLine(line, width))
}

/** What a request tells besides the question itself. */
function detailsOf(request: JsonValue): (readonly [string, JsonValue])[] {
  if (!isJsonObject(request)) return []
  return Object.entries(request).filter(([key]) => !['prompt', 'topic', 'until'].includes(key))
}

function stepsSoFar(steps: readonly Step[]): (readonly [string, JsonValue])[] {
  return steps.map(({ step, name, output, error }, index) => [
    index === 0 ? 'steps so far' : '',
    `${step} ${escapeName(name)}  ${error ? `✗ ${error.message}` : output === null ? '' : formatValue(output)}`,
  ])
}

function describeTopic({ topic, source }: KnownWait): string {
  if (topic === undefined) return 'topic not known'
  const text = topic === null ? 'no topic' : `topic ${escapeName(topic)}`
  return source === 'asked' ? text : `${text}, ${source}`
}

/** On which topic it will be answered, where somebody chose it. */
export function chosenTopic(topic: Topic): string {
  return `answered on ${topic === null ? 'no topic' : `topic ${escapeName(topic)}`}`
}
