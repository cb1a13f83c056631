import { escapeJson } from '../../core/words/escape-controls.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import { envelope, holdsCanonicalJson, type Utf8 } from './canonical-json.ts'
import { decodeValue, usualSerialization } from './decode.ts'

/** A stored value, which is a part of a text. */
export interface StoredValue {
  readonly text: Utf8
  readonly start: number
  readonly end: number
  readonly serialization: string | null
}

/** A part of bytes. */
export interface Slice {
  bytes: Buffer
  start: number
  end: number
}

/** As `toJsonLine` writes what `decodeValue` makes of it; without either where it is written in that way already. */
export function findJson({ text, start, end, serialization }: StoredValue, found: Slice): void {
  const { bytes } = text
  if (serialization === usualSerialization && holdsCanonicalJson(text, start, end)) {
    found.bytes = bytes
    found.start = start + envelope.head.length
    found.end = end - envelope.tail.length
    return
  }
  const value = decodeValue(bytes.toString('utf8', start, end), serialization)
  found.bytes = Buffer.from(escapeJson(stringifyExact(value)))
  found.start = 0
  found.end = found.bytes.length
}
