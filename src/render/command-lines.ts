import { type CommandLine, commandWords } from '../core/words/command-line.ts'
import type { Viewport } from './gutter.ts'
import { displayWidth, truncate } from './text.ts'

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

/**
 * A command behind the first margin that leaves it in one line; else from the edge of the screen, over several lines, so that
 * it runs as it stands. A word that is longer than a line goes on in the next one.
 */
export function commandBlock(
  line: CommandLine,
  frame: Pick<Viewport, 'databaseFlags' | 'width'>,
  margins: readonly number[],
): string[] {
  const { width } = frame
  const margin = margins.find((cells) => commandLines(line, frame, width - cells).length === 1) ?? 0
  const lines = commandLines(line, frame, width - margin)
  return lines.flatMap((one) => foldWord(one, width - margin)).map((one) => ' '.repeat(margin) + one)
}

/** A shell joins what a backslash ends; not so between quotes, where the word stays whole as far as it can be seen. */
function foldWord(line: string, width: number): string[] {
  if (displayWidth(line) <= width || width < 2) return [line]
  if (/['"]/.test(line)) return [truncate(line, width)]
  const head = line.slice(0, width - 1)
  return [`${head}\\`, ...foldWord(line.slice(head.length), width)]
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
