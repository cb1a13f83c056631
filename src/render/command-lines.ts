import { type CommandLine, commandWords } from '../core/words/command-line.ts'
import type { Viewport } from './gutter.ts'
import { displayWidth } from './text.ts'

/** A command whole: in one line, or where that is too long in several, broken between its words as a shell takes it. */
export function commandLines(
  line: CommandLine,
  { databaseFlags }: Pick<Viewport, 'databaseFlags'>,
  width: number,
): string[] {
  const words = commandWords(line, databaseFlags)
  if (displayWidth(words.join(' ')) <= width) return [words.join(' ')]
  const lines: string[] = []
  let rest = ''
  for (const word of words) {
    const longer = rest === '' ? word : `${rest} ${word}`
    if (rest === '' || displayWidth(longer) + 2 <= width) {
      rest = longer
    } else {
      lines.push(`${rest} \\`)
      rest = word
    }
  }
  return [...lines, rest]
}

/** `text: command` in one line, or where that is too long the command whole below. */
export function labelledCommand(
  text: string,
  line: CommandLine,
  frame: Pick<Viewport, 'databaseFlags'>,
  width: number,
): string[] {
  const [first = '', ...more] = commandLines(line, frame, width)
  const isShort = more.length === 0 && displayWidth(`${text}: ${first}`) <= width
  return isShort ? [`${text}: ${first}`] : [`${text}:`, first, ...more]
}
