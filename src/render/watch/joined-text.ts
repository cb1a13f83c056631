import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue } from '../../core/workflow.ts'

/** Under which a value that is an object has its piece of text. */
const pieceKeys = ['text', 'token', 'delta', 'content'] as const

/** The piece of a text that a value is, as language models write them; null where it is none. */
export function pieceOf(value: JsonValue): string | null {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return null
  const key = pieceKeys.find((word) => typeof value[word] === 'string')
  const piece = key === undefined ? undefined : value[key]
  return typeof piece === 'string' && Object.keys(value).length <= 2 ? piece : null
}

const fewestPieces = 3

/** Whether these are pieces of one text, and not each a line of its own: the blanks between words are theirs. */
export function areJoined(pieces: readonly (string | null)[]): boolean {
  if (pieces.length < fewestPieces || pieces.some((piece) => piece === null)) return false
  const pairs = pieces.slice(1).map((piece, index) => [pieces[index] ?? '', piece ?? ''] as const)
  const seams = pairs.filter(([before, after]) => /\s$/.test(before) || /^[\s.,;:!?)\]'"’”]/.test(after))
  return seams.length * 2 >= pairs.length
}
