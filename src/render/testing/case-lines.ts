import { exitCodeOf } from '../../core/errors.ts'
import type { CaseOutcome, CaseResult } from '../../core/testing/case-result.ts'
import type { Failure } from '../../core/testing/test-case.ts'
import { command, type Phrase, renderCommand, renderPhrase } from '../../core/words/command-line.ts'
import type { JsonValue } from '../../core/workflow.ts'
import type { Viewport } from '../gutter.ts'
import type { Style } from '../style.ts'
import { displayWidth, escapeControls, escapeName, pad, truncateMiddle, wrap } from '../text.ts'
import { formatDuration } from '../time-text.ts'
import { toJsonLine } from '../to-json.ts'

const looks = {
  passed: { symbol: '✓', paint: 'good' },
  failed: { symbol: '✗', paint: 'bad' },
  error: { symbol: '!', paint: 'warning' },
  skipped: { symbol: '○', paint: 'faint' },
} as const satisfies Record<CaseOutcome, { symbol: string; paint: keyof Style }>

/** More places than these are many to read. */
const mostFailures = 10

/** What became of a case: its line, and below it why it did not pass. A name gives room where the screen ends. */
export function caseLines(result: CaseResult, frame: Viewport): string[] {
  return [headLine(result, frame), ...reasonLines(result, frame).map((line) => `  ${line}`)]
}

/** Such as `1m 05s`. */
const tookWidth = 6

function headLine({ test, outcome, durationMs }: CaseResult, { style, width }: Viewport): string {
  const { symbol, paint } = looks[outcome]
  const name = escapeControls(test.name)
  const isPiped = width === Number.POSITIVE_INFINITY
  const duration = outcome === 'skipped' ? '' : formatDuration(durationMs)
  const took = isPiped ? duration && `  ${duration}` : `  ${duration.padStart(tookWidth)}`
  const place = `  ${escapeName(test.file)}:${test.line}`
  const room = width - 2 - took.length - displayWidth(place)
  const isTight = room < Math.min(displayWidth(name), 20)
  const title = isPiped ? name : toWidth(name, isTight ? width - 2 - took.length : room)
  return `${style[paint](`${symbol} ${title}`)}${style.faint(took)}${isTight ? '' : style.faint(place)}`
}

function toWidth(text: string, width: number): string {
  return pad(truncateMiddle(text, width), width)
}

function reasonLines(result: CaseResult, frame: Viewport): string[] {
  const { test, outcome, failures, error, skippedFor, workflowId } = result
  const { style, databaseFlags } = frame
  if (outcome === 'skipped')
    return [style.faint(`needs "${escapeControls(skippedFor ?? '')}", which did not pass`)]
  if (error) {
    const place = placeOf(test.file, error.line)
    const code = `${error.code} (${exitCodeOf(error.code)})`
    const advice: Phrase | undefined =
      error.advice ?? (workflowId === null ? undefined : command('explain', [workflowId]))
    return [
      `${style.faint(place)}  ${style.warning(code)}`,
      ...sentenceLines(error.message, frame),
      ...(advice === undefined ? [] : hintLines(advice, frame)),
    ]
  }
  if (outcome === 'passed') return []
  const told = failures.slice(0, mostFailures)
  const more = failures.length - told.length
  return [
    ...told.flatMap((failure) => failureLines(test.file, failure, frame)),
    ...(more > 0 ? [style.faint(`… and ${more} more`)] : []),
    ...(workflowId === null
      ? []
      : [style.command(renderCommand(command('get', [workflowId]), databaseFlags))]),
  ]
}

function hintLines(advice: Phrase, { style, databaseFlags }: Viewport): string[] {
  return renderPhrase(advice, databaseFlags, (text) => text.split('\n').map(escapeControls).join('\n'))
    .split('\n')
    .map((line, index) => (index === 0 ? `${style.accent('hint:')} ${line}` : line))
}

/** What was expected and what there is, one below the other; else a sentence. */
function failureLines(file: string, failure: Failure, frame: Viewport): string[] {
  const { style } = frame
  const { line, what, message, expected, actual } = failure
  const place = style.faint(placeOf(file, line))
  const isSentence = what === 'status' || (expected === undefined && actual === undefined)
  if (isSentence) return besidePlace(placeOf(file, line), message, frame)
  const [wanted, found] = aroundDifference(expected, actual)
  return [
    `${place}  ${style.strong(escapeControls(what))}`,
    ...(wanted === undefined ? [] : [style.good(`  - ${wanted}`)]),
    ...(found === undefined ? [] : [style.bad(`  + ${found}`)]),
  ]
}

/** A sentence in as many lines as it takes on a screen, in one in a pipe. */
function sentenceLines(text: string, { width }: Viewport): string[] {
  const harmless = escapeControls(text)
  return width === Number.POSITIVE_INFINITY ? [harmless] : wrap(harmless, Math.max(20, width - 2), mostLines)
}

const mostLines = 20

/** Below it where both have no room in a line. */
function besidePlace(place: string, message: string, frame: Viewport): string[] {
  const { style, width } = frame
  const text = escapeControls(message)
  if (displayWidth(place) + displayWidth(text) + 4 <= width) return [`${style.faint(place)}  ${text}`]
  return [style.faint(place), ...sentenceLines(message, frame).map((line) => `  ${line}`)]
}

function placeOf(file: string, line: number): string {
  return `${escapeName(file)}:${line}`
}

/** Longer than this is shown where it begins to differ. */
const longest = 160
const before = 30

/** Both as JSON, from where they differ on. */
function aroundDifference(
  expected: JsonValue | undefined,
  actual: JsonValue | undefined,
): readonly [string | undefined, string | undefined] {
  const [left, right] = [expected, actual].map((value) =>
    value === undefined ? undefined : escapeControls(toJsonLine(value)),
  )
  let same = 0
  if (left !== undefined && right !== undefined)
    while (same < left.length && left[same] === right[same]) same++
  const start = Math.max(0, same - before)
  const cut = (text: string | undefined): string | undefined => {
    if (text === undefined || text.length <= longest) return text
    const from = Math.min(start, Math.max(0, text.length - longest))
    const end = from + longest
    return `${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}`
  }
  return [cut(left), cut(right)]
}
