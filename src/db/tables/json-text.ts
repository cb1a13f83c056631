import { escapeJson } from '../../core/words/escape-controls.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import { isCanonicalJson } from './canonical-json.ts'
import { decodeValue, usualSerialization } from './decode.ts'

/** What the SDK for TypeScript writes around a value whose types JSON has. */
const envelope = { head: '{"json":', tail: ',"__dbos_serializer":"superjson"}' }

/** A stored value, which is a part of a text. */
export interface StoredValue {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly serialization: string | null
}

/** As `toJsonLine` writes what `decodeValue` makes of it; without either where it is written in that way already. */
export function toJsonOf({ text, start, end, serialization }: StoredValue): string {
  const from = start + envelope.head.length
  const to = end - envelope.tail.length
  const isPassedOn =
    serialization === usualSerialization &&
    from < to &&
    text.startsWith(envelope.head, start) &&
    text.startsWith(envelope.tail, to) &&
    isCanonicalJson(text, from, to)
  if (isPassedOn) return text.slice(from, to)
  return escapeJson(stringifyExact(decodeValue(text.slice(start, end), serialization)))
}
