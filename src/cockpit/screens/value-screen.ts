import { stringifyExact } from '../../core/words/exact-number.ts'
import { isUndecoded, type JsonValue } from '../../core/workflow.ts'
import { escapeControlLines, escapeName } from '../../render/text.ts'
import { toJsonText } from '../../render/to-json.ts'
import { formatValue } from '../../render/value.ts'
import type { ValueScreen } from '../cockpit-model.ts'
import type { ScreenKind } from '../screen-kind.ts'
import { stay, withScreen } from '../turns.ts'
import { foldLine } from './fold-line.ts'
import { goneLines } from './gone-lines.ts'
import { pageOf, scrollBy } from './pager.ts'

/** Of a stream the newest are kept. */
const mostValues = 1000

export function createValueScreen(title: string, value: JsonValue): ValueScreen {
  return { kind: 'value', title, values: [value], stream: undefined, scroll: 0, isGone: false }
}

/** What a workflow streams, from a little before now on. */
export function createStreamScreen(workflowId: string, key: string): ValueScreen {
  return {
    kind: 'value',
    title: key,
    values: [],
    stream: { workflowId, key },
    scroll: Number.MAX_SAFE_INTEGER,
    isGone: false,
  }
}

export const valueKind: ScreenKind<ValueScreen> = {
  sourceOf: ({ stream }) => JSON.stringify(['value', stream]),
  titleOf: ({ title }) => escapeName(title),
  draw: (screen, frame, room) => {
    const { width, style } = frame
    const gone = goneLines(screen, frame).slice(0, Math.max(0, room - 1))
    const lines = linesOf(screen, width)
    if (lines.length === 0) return gone.length > 0 ? gone : [style.faint('nothing yet')]
    return [...gone, ...pageOf(lines, screen.scroll, room - gone.length, style.faint)]
  },
  take: (screen, data) => {
    if (data.kind === 'gone') return screen.isGone ? screen : { ...screen, isGone: true }
    if (data.kind !== 'stream') return screen
    return { ...screen, values: [...screen.values, data.value].slice(-mostValues) }
  },
  press: (screen, key, { cockpit, room, frame }) => {
    const count = linesOf(screen, frame.width).length
    const from = Math.min(screen.scroll, Math.max(0, count - room))
    const scroll = scrollBy(from, key, count, room)
    if (scroll === undefined) return undefined
    // At its end a stream goes on to be followed.
    const isAtEnd = screen.stream !== undefined && scroll >= count - room
    return stay(withScreen(cockpit, { ...screen, scroll: isAtEnd ? Number.MAX_SAFE_INTEGER : scroll }))
  },
  subjectOf: () => undefined,
  copyOf: textOf,
  keys: [
    ['↑↓', 'scroll'],
    ['y', 'copy'],
  ],
}

function linesOf({ values, stream }: ValueScreen, width: number): string[] {
  if (stream === undefined) return values.flatMap((value) => wholeValue(value, width))
  // Pieces of a text are read as one.
  if (values.every((value) => typeof value === 'string')) return wholeValue(values.join(''), width)
  return values.flatMap((value) => foldLine(formatValue(value), width))
}

function wholeValue(value: JsonValue, width: number): string[] {
  const text = typeof value === 'string' ? value : isUndecoded(value) ? formatValue(value) : toJsonText(value)
  return escapeControlLines(text).flatMap((line) => foldLine(line, width))
}

/** What is copied of it. */
function textOf({ values }: ValueScreen): string {
  return values.map((value) => (typeof value === 'string' ? value : stringifyExact(value))).join('\n')
}
