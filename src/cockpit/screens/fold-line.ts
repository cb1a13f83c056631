import { stripVTControlCharacters } from 'node:util'
import type { Viewport } from '../../render/gutter.ts'
import { displayWidth, wrap } from '../../render/text.ts'

/** More lines of one value are not drawn. */
const mostLines = 5000

/** A value of megabytes is not measured as a whole for each of its lines. */
export function foldLine(line: string, width: number): string[] {
  const lines: string[] = []
  let rest = line
  while (lines.length < mostLines) {
    const head = rest.slice(0, 4 * width)
    const [first = ''] = displayWidth(head) <= width ? [head] : wrap(head, width, 2)
    lines.push(first)
    rest = rest.slice(first.length).trimStart()
    if (rest === '' || first === '') break
  }
  return lines
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
