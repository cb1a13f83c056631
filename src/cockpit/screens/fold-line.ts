import { stripVTControlCharacters } from 'node:util'
import type { Viewport } from '../../render/gutter.ts'
import { displayWidth } from '../../render/text.ts'

/** More lines of one value are not drawn. */
const mostLines = 5000

/** What is longer is folded once for all the frames, and all the keys, that show it. */
const longLine = 2000
const mostRemembered = 32
const remembered = new Map<string, readonly string[]>()

/** Between words where possible; a blank at a fold is left out. */
export function foldLine(line: string, width: number): readonly string[] {
  if (line.length < longLine) return foldAnew(line, width)
  const key = `${width} ${line}`
  const known = remembered.get(key)
  const lines = known ?? foldAnew(line, width)
  remembered.delete(key)
  remembered.set(key, lines)
  for (const [oldest] of remembered) {
    if (remembered.size <= mostRemembered) break
    remembered.delete(oldest)
  }
  return lines
}

/** A value of megabytes is not measured as a whole for each of its lines. */
function foldAnew(line: string, width: number): string[] {
  const lines: string[] = []
  let rest = line
  while (lines.length < mostLines) {
    const head = rest.slice(0, 4 * width)
    const first = plain.test(head) ? firstPlain(head, width) : firstLine(head, width)
    lines.push(first)
    rest = rest.slice(first.length).trimStart()
    if (rest === '' || first === '') break
  }
  return lines
}

/** One cell each. */
const plain = /^[ -~]*$/

function firstPlain(head: string, width: number): string {
  if (head.length <= width) return head
  const space = head.lastIndexOf(' ', width)
  return head.slice(0, space > width / 2 ? space : width)
}

let segmenter: Intl.Segmenter | undefined

function firstLine(head: string, width: number): string {
  segmenter ??= new Intl.Segmenter()
  let used = 0
  let space = 0
  for (const { segment, index } of segmenter.segment(head)) {
    if (segment === ' ') space = index
    used += widthOf(segment)
    if (used > width) return head.slice(0, space > index / 2 ? space : index)
  }
  return head
}

/** A text has few different characters, and to measure one costs more than to draw it. */
const mostWidths = 10_000
const widths = new Map<string, number>()

function widthOf(segment: string): number {
  const known = widths.get(segment)
  if (known !== undefined) return known
  if (widths.size >= mostWidths) widths.clear()
  const width = displayWidth(segment)
  widths.set(segment, width)
  return width
}

/** Commands that are left whole elsewhere, where a terminal breaks them, go on in the next line, as a shell takes them. */
export function foldCommands(lines: readonly string[], { style, width }: Viewport): string[] {
  return lines.flatMap((line) => {
    if (displayWidth(line) <= width) return [line]
    const text = stripVTControlCharacters(line)
    const isQuoted = /['"\\]/.test(text)
    const folded = foldLine(text, Math.max(1, isQuoted ? width : width - 2))
    return folded.map((part, index) => {
      const goesOn = !isQuoted && index < folded.length - 1
      return style.command(goesOn ? `${part.trimEnd()} \\` : part)
    })
  })
}
