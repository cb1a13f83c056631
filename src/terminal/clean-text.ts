import { escapeControls } from '../core/words/escape-controls.ts'

const plain = /^[\x20-\x7e\n]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: a style is a control sequence
const between = /(\x1b\[[\d;]*m|[\n\t])/

/**
 * What may leave for a terminal, or for a log that somebody reads in one: lines, text and styles. Whoever made the text has
 * escaped what is not ours; this holds also where that was forgotten, or a library speaks.
 */
export function cleanText(text: string): string {
  if (plain.test(text)) return text
  return text
    .split(between)
    .map((piece, index) => (index % 2 === 1 && isHarmless(piece) ? piece : escapeControls(piece)))
    .join('')
}

/** A line end, a tab, or a style that hides nothing. */
function isHarmless(separator: string): boolean {
  const codes = separator.replaceAll(/[34]8;(?:5;\d+|2;\d+;\d+;\d+)/g, '').match(/\d+/g)
  return !codes?.some((code) => Number(code) === conceal)
}

const conceal = 8
