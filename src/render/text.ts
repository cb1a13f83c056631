import stringWidth from 'string-width'
import { escapeName } from '../core/words/escape-controls.ts'

export {
  escapeControlLines,
  escapeControls,
  escapeName,
  escapeWholeName,
} from '../core/words/escape-controls.ts'

/** What almost every line is made of: one cell each, which needs no table to tell. */
const narrow = /^[\x20-\x7e\u00ae-\u02ff\u2018-\u2027\u2190-\u21ff\u2400-\u2426\u2500-\u257f●○◌✓✗⊘▸]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: the styles are ours
const styles = /\x1b\[\d+m/g

/** Width in cells of a terminal; styles count as nothing. */
export function displayWidth(text: string): number {
  const plain = text.includes('\x1b') ? text.replaceAll(styles, '') : text
  return narrow.test(plain) ? plain.length : stringWidth(plain)
}

/** At most `width` cells, with `…` where something is missing. For text without styles: style it afterwards. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return ''
  if (text.length <= width * maxUnitsPerCell && displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const { segment } of graphemesOf(text, width)) {
    used += displayWidth(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept.replace(/[\s…]+$/, '')}…`
}

/** The same with the beginning and the end of it: ids often differ in their last characters only. */
export function truncateMiddle(text: string, width: number): string {
  if (width < 3 || displayWidth(text) <= width) return truncate(text, width)
  let end = ''
  for (const { segment } of [...graphemesOf(text.slice(-width), width)].reverse()) {
    if (displayWidth(segment + end) > Math.floor((width - 1) / 2)) break
    end = segment + end
  }
  return `${truncate(text, width - displayWidth(end))}${end}`
}

/** Filled up with spaces to `width` cells; styles are left alone. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + space : space + text
}

/** Lines of at most `width` cells, broken between words where possible; at most `maxLines`, the last one truncated. */
export function wrap(text: string, width: number, maxLines: number): string[] {
  const lines: string[] = []
  let rest = text
  while (lines.length < maxLines - 1 && displayWidth(rest) > width) {
    const head = truncate(rest, width + 1).slice(0, -1)
    const space = head.lastIndexOf(' ')
    const line = space > width / 2 ? head.slice(0, space) : head
    lines.push(line)
    rest = rest.slice(line.length).trimStart()
  }
  return [...lines, truncate(rest, width)]
}

/** What is longer holds a value of somebody else's. */
const longestSentence = 320

/** A sentence whole, on however narrow a screen. */
export function wrapSentence(text: string, room: number): string[] {
  const width = Math.max(1, room)
  return wrap(text, width, Math.max(2, Math.ceil(longestSentence / width)))
}

/** `1 wait`, `2 waits`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** A UUID by its first 8 characters, also at the head of a child's id; any other id whole. */
export function shortId(id: string): string {
  const [, head, tail] = /^([\da-f]{8})-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(.*)$/i.exec(id) ?? []
  return head === undefined ? escapeName(id) : `${head}${tail ? `…${escapeName(tail)}` : ''}`
}

/** An executor by what tells it from others: `drover-<uuid>` and bare UUIDs are cut. */
export function shortExecutor(executorId: string): string {
  return escapeName(executorId.replace(/([\da-f]{8})-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i, '$1'))
}

/** No cell holds more in practice; it bounds the work on a value of megabytes. */
const maxUnitsPerCell = 16
let segmenter: Intl.Segmenter | undefined

function graphemesOf(text: string, width: number): Iterable<{ readonly segment: string }> {
  segmenter ??= new Intl.Segmenter()
  return segmenter.segment(text.slice(0, width * maxUnitsPerCell))
}
