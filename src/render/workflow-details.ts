import { qualifiedName } from '../core/run/workflow-name.ts'
import { type CommandLine, command } from '../core/words/command-line.ts'
import { isJsonObject } from '../core/words/json.ts'
import type {
  JsonValue,
  Lineage,
  Step,
  StreamSummary,
  Wait,
  Workflow,
  WorkflowEvent,
  WorkflowSummary,
} from '../core/workflow.ts'
import { isShownElsewhere } from './bookkeeping.ts'
import { eventColumns } from './columns/event-columns.ts'
import { stepColumns } from './columns/step-columns.ts'
import { streamColumns } from './columns/stream-columns.ts'
import { workflowColumns } from './columns/workflow-columns.ts'
import { commandBlock, commandLines, labelledCommand } from './command-lines.ts'
import type { Viewport } from './gutter.ts'
import { factLines, keyWidth, tableSection } from './manage/fact-lines.ts'
import { queueText } from './manage/queue-text.ts'
import { errorSentence } from './outcome.ts'
import { statusLabel } from './style.ts'
import type { Column } from './table.ts'
import { displayWidth, escapeControlLines, escapeName, shortExecutor, truncate, wrap } from './text.ts'
import { elapsedOf, formatAge, formatCountdown, formatDuration, formatTime } from './time-text.ts'
import { formatValue } from './value.ts'
import { answerLines, questionLines } from './watch/watch-waits.ts'

interface Details {
  readonly workflow: Workflow
  readonly lineage?: Lineage
  /** The last ones of all that there are. */
  readonly steps: readonly Step[]
  readonly stepCount?: number
  readonly events: readonly WorkflowEvent[]
  readonly streams: readonly StreamSummary[]
  readonly waits: readonly Wait[]
  readonly children: readonly WorkflowSummary[]
  /** Its executor is not connected. */
  readonly isLeftBehind?: boolean
}

const maxValueLines = 6
const maxStackLines = 4
const maxRows = 10
const maxForks = 5
const maxCauses = 5

/** One workflow for a person: what it is, what it waits for, then what it published and did. */
export function renderDetails(details: Details, frame: Viewport): string[] {
  const { workflow, steps, stepCount = steps.length, events, streams, waits, children } = details
  const { workflowId } = workflow
  const shown = steps.filter((step) => !isShownElsewhere(step))
  return [
    truncateTitle(workflow, frame),
    ...facts(details, frame).flatMap(([key, lines]) => factLines(key, lines, frame)),
    ...stuckLines(details, frame),
    ...waitSection(waits, frame),
    ...section('events', eventColumns, events, command('events', [workflowId]), frame),
    ...section('steps', stepColumns, shown, command('steps', [workflowId]), frame, stepCount - steps.length),
    ...section('streams', streamColumns, streams, command('stream', [workflowId]), frame),
    ...section('children', workflowColumns, children, command('watch', [workflowId]), frame),
  ]
}

function truncateTitle(
  { status, name, className, configName }: Workflow,
  { style, width }: Viewport,
): string {
  const instance = configName === null || configName === '' ? '' : ` of ${configName}`
  const title = escapeName(`${qualifiedName(className, name)}${instance}`)
  return `${statusLabel(status, style)}  ${style.strong(truncate(title, Math.max(1, width - status.length - 4)))}`
}

/** Key and lines; what is not known is not mentioned. */
function facts({ workflow, lineage }: Details, frame: Viewport): [string, readonly string[]][] {
  const { style, width, now } = frame
  const { status, input, output, error, createdAt, startedAt, completedAt } = workflow
  const valueWidth = Math.max(1, width - keyWidth)
  const wrapped = (text: string) => wrap(text, valueWidth, maxValueLines)
  const time = (date: Date | null) => {
    if (!date) return []
    const age = `  ${date > now ? formatCountdown(date, now) : formatAge(date, now)}`
    const text = formatTime(date)
    return [displayWidth(text + age) <= valueWidth ? text + style.faint(age) : text]
  }
  const plain = (text: string | null) => (text === null || text === '' ? [] : wrapped(escapeName(text)))
  const value = (json: Workflow['output']) => wrapped(formatValue(json, valueWidth * maxValueLines))
  return [
    ['id', plain(workflow.workflowId)],
    ['input', value(input)],
    ['result', status === 'SUCCESS' ? value(output) : []],
    [
      'error',
      error
        ? [
            ...wrapped(errorSentence(error)).map(style.bad),
            ...causesOf(error)
              .flatMap((cause) => wrapped(`caused by ${cause}`))
              .map(style.bad),
            ...stackLines(workflow, valueWidth, frame),
          ]
        : [],
    ],
    ['created', time(createdAt)],
    ['started', time(startedAt)],
    ['completed', time(completedAt)],
    ['took', completedAt ? [elapsedOf(workflow, now)] : []],
    ['queue', workflow.queue === null ? [] : wrapped(queueText(workflow.queue))],
    ['priority', lineage?.priority ? [String(lineage.priority)] : []],
    ['partition', plain(lineage?.partition ?? null)],
    ['dedup id', plain(lineage?.deduplicationId ?? null)],
    ['delayed to', status === 'DELAYED' ? time(lineage?.delayedUntil ?? null) : []],
    ['timeout', lineage?.timeoutMs ? [formatDuration(lineage.timeoutMs)] : []],
    ['deadline', time(lineage?.deadlineAt ?? null)],
    ['executor', plain(workflow.executorId)],
    ['application', plain(workflow.application)],
    ['version', plain(workflow.version)],
    ['attributes', lineage?.attributes ? value(lineage.attributes) : []],
    ['user', plain(lineage?.user ?? null)],
    ['schedule', plain(lineage?.schedule ?? null)],
    ['parent', plain(lineage?.parentId ?? null)],
    ['forked from', plain(lineage?.forkedFrom ?? null)],
    ['forks', (lineage?.forks ?? []).slice(0, maxForks).flatMap(plain)],
    ['recovered', workflow.recoveryAttempts > 1 ? [`${workflow.recoveryAttempts - 1}×`] : []],
  ]
}

/** The chain of causes, the nearest first. */
function causesOf({ cause }: { readonly cause?: JsonValue }): string[] {
  const causes: string[] = []
  for (let next = cause; next !== undefined && next !== null && causes.length < maxCauses; ) {
    if (!isJsonObject(next)) return [...causes, formatValue(next)]
    const { name, message } = next
    const isError = typeof message === 'string'
    causes.push(
      isError
        ? errorSentence({ name: typeof name === 'string' ? name : 'Error', message })
        : formatValue(next),
    )
    next = isError ? next.cause : undefined
  }
  return causes
}

function stackLines({ error, workflowId }: Workflow, width: number, frame: Viewport): string[] {
  const calls = escapeControlLines(error?.stack ?? '').filter((line) => /^\s+at /.test(line))
  const shown = calls.slice(0, maxStackLines)
  const more = calls.length - shown.length
  const whole = command('get', [workflowId], { '-o': 'json' })
  const fold = more > 0 ? labelledCommand(`… ${more} more`, whole, frame, width - 2) : []
  const cut = shown.map((line) => truncate(line.trim(), width - 2))
  return [...cut, ...fold].map((line) => frame.style.faint(`  ${line}`))
}

function stuckLines({ workflow, isLeftBehind = false }: Details, frame: Viewport): string[] {
  if (!isLeftBehind) return []
  const { style, width } = frame
  const room = Math.max(1, width - keyWidth)
  const text = `executor ${shortExecutor(workflow.executorId ?? '')} is not connected`
  const takeOver = command('recover', [workflow.workflowId])
  const [first = '', ...more] = commandLines(takeOver, frame, room)
  const isShort = more.length === 0 && displayWidth(`${text}   ${first}`) <= room
  if (isShort) return factLines('stuck', [`${style.bad(text)}   ${style.command(first)}`], frame)
  return [
    ...factLines('stuck', wrap(text, room, 2).map(style.bad), frame),
    ...commandBlock(takeOver, frame, [keyWidth, 2, 0]).map(style.command),
  ]
}

function waitSection(waits: readonly Wait[], frame: Viewport): string[] {
  if (waits.length === 0) return []
  const lines = waits.flatMap((wait) => [
    ...questionLines(wait, '', frame, frame.width - 2).map((line) => `  ${line}`),
    ...answerLines(wait, frame, [2, 0]),
  ])
  return ['', frame.style.strong('waits'), ...lines]
}

/** The newest rows of a table under its name; `notRead` are those before them. */
function section<Row>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  rest: CommandLine,
  frame: Viewport,
  notRead = 0,
): string[] {
  const { style, width } = frame
  const hidden = notRead + rows.length - Math.min(rows.length, maxRows)
  const fold =
    hidden > 0 ? labelledCommand(`… ${hidden} earlier`, rest, frame, width - 2).map(style.faint) : []
  return tableSection(title, columns, rows.slice(-maxRows), frame, fold)
}
