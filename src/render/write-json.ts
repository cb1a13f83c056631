import { holdsJson, recallJson } from '../core/stored-json.ts'
import { escapeJson } from '../core/words/escape-controls.ts'
import { endOfString, stringifyExact } from '../core/words/exact-number.ts'

/** A stored value is a result, a key of a row, or one in a row of an array. */
const storedDepth = 2

/** JSON in which nothing acts on a terminal, with so many blanks for each level, or on one line; a large value as it is stored. */
export function writeJson(value: unknown, width = 0): string {
  return write(value, width, '\n', storedDepth)
}

function write(value: unknown, width: number, lineBreak: string, depth: number): string {
  const stored = recallJson(value)
  if (stored !== undefined) return width === 0 ? stored : indentJson(stored, width, lineBreak)
  if (!holdsJson(value, depth)) {
    const json = escapeJson(stringifyExact(value, width))
    return lineBreak === '\n' ? json : json.replaceAll('\n', lineBreak)
  }
  const inner = width === 0 ? '' : lineBreak + ' '.repeat(width)
  const outer = width === 0 ? '' : lineBreak
  const part = (one: unknown): string => write(one, width, inner || lineBreak, depth - 1)
  const items = Array.isArray(value)
    ? value.map((item) => part(item === undefined ? null : item))
    : Object.entries(value as object)
        .filter(([, one]) => one !== undefined)
        .map(([key, one]) => `${writeJson(key)}:${width === 0 ? '' : ' '}${part(one)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return open + items.map((item) => inner + item).join(',') + outer + close
}

const [quote, comma, colon, openBracket, closeBracket, openBrace, closeBrace] = Array.from(
  '",:[]{}',
  (character) => character.charCodeAt(0),
)

/** As `JSON.stringify` would write it with blanks, of JSON without any; `lineBreak` comes with those of what is around it. */
function indentJson(json: string, width: number, lineBreak: string): string {
  const breaks = [lineBreak]
  const breakAt = (depth: number): string => (breaks[depth] ??= lineBreak + ' '.repeat(depth * width))
  let depth = 0
  let from = 0
  let indented = ''
  const take = (end: number, then: string): void => {
    indented += json.slice(from, end) + then
    from = end
  }
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfString(json, at)
    else if (code === comma) take(at + 1, breakAt(depth))
    else if (code === colon) take(at + 1, ' ')
    else if (code === closeBracket || code === closeBrace) take(at, breakAt(--depth))
    else if (code === openBracket || code === openBrace) {
      const next = json.charCodeAt(at + 1)
      if (next === closeBracket || next === closeBrace) at++
      else take(at + 1, breakAt(++depth))
    }
  }
  return indented + json.slice(from)
}
