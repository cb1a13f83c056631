import { countBytes, lengthBytes } from '../connection/binary-copy.ts'

/** How a value comes in binary: as what it is, or as JSON that Postgres wrote. */
export type ValueKind = 'text' | 'int2' | 'int4' | 'int8' | 'bool' | 'json'

/** The lines of rows with these columns: what stands before each value, and what behind the last one. */
export interface LineShape {
  readonly columns: readonly { readonly kind: ValueKind; readonly before: string }[]
  readonly after: string
}

/** Makes lines of JSON of rows in binary, byte by byte: that many texts would each have to be made, and thrown away. */
export interface JsonLineWriter {
  /** The row that begins there, which is whole. */
  write(bytes: Buffer, at: number): void
  /** What was written so far, in pieces, as soon as it is a piece; all of it where `isLast`. */
  take(isLast?: boolean): readonly Buffer[]
}

/** Lines are handed on in pieces of at least this many bytes: one each is slow. */
const pieceBytes = 196_608
const bufferBytes = 262_144
/** Of a long value so much at once. */
const partBytes = 32_768
/** What a byte may become at most: `\u001f`. */
const longestEscape = 6
const longestNumber = 21

export function createJsonLineWriter({ columns, after }: LineShape): JsonLineWriter {
  let buffer = Buffer.allocUnsafeSlow(bufferBytes)
  let length = 0
  let pieces: Buffer[] = []
  const shapes = columns.map(({ kind, before }) => ({ kind, before: Buffer.from(before) }))
  const end = Buffer.from(after)

  const flush = (): void => {
    if (length === 0) return
    pieces.push(buffer.subarray(0, length))
    buffer = Buffer.allocUnsafeSlow(bufferBytes)
    length = 0
  }
  const reserve = (bytes: number): void => {
    if (buffer.length - length < bytes) flush()
  }
  const put = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; at++) buffer[length++] = bytes[at] as number
  }

  /** Of what fits, whatever becomes of it. */
  const putEscapedPart = (bytes: Uint8Array, begin: number, end: number, special: Uint8Array): void => {
    let [at, to] = [begin, length]
    while (at < end) {
      const byte = bytes[at] as number
      if (special[byte] === 0) {
        buffer[to++] = byte
        at += 1
        continue
      }
      const short = special === specialInText ? (shortEscapes[byte] as number) : 0
      const code = short > 0 ? 0 : codeToEscape(bytes, at, end)
      if (short > 0) {
        buffer[to++] = backslash
        buffer[to++] = short
        at += 1
      } else if (code < 0) {
        buffer[to++] = byte
        at += 1
      } else {
        to += buffer.write(`\\u${code.toString(16).padStart(4, '0')}`, to, 'latin1')
        at += code < 0x80 ? 1 : code < 0x800 ? 2 : 3
      }
    }
    length = to
  }

  const putEscaped = (bytes: Uint8Array, begin: number, end: number, special: Uint8Array): void => {
    for (let at = begin; at < end; ) {
      const stop = at + partBytes < end ? endOfCharacter(bytes, at + partBytes) : end
      reserve((stop - at) * longestEscape)
      putEscapedPart(bytes, at, stop, special)
      at = stop
    }
  }

  const putNumber = (value: number): void => {
    let rest = value
    if (value < 0) {
      buffer[length++] = minus
      rest = -value
    }
    const high = Math.floor(rest / 1e9)
    if (high > 0) {
      putDigits(high, countDigits(high))
      putDigits(rest - high * 1e9, 9)
    } else {
      putDigits(rest, countDigits(rest))
    }
  }
  const putInt64 = (bytes: Buffer, at: number): void => {
    const high = toInt32(bytes, at)
    const isExact = high >= -exactHigh && high < exactHigh
    if (isExact) putNumber(high * 0x1_0000_0000 + (toInt32(bytes, at + 4) >>> 0))
    else put(Buffer.from(String(bytes.readBigInt64BE(at))))
  }

  const putDigits = (value: number, count: number): void => {
    let rest = value | 0
    for (let at = length + count - 1; at >= length; at--) {
      const tenth = (rest / 10) | 0
      buffer[at] = zero + rest - tenth * 10
      rest = tenth
    }
    length += count
  }

  const putValue = (kind: ValueKind, bytes: Buffer, at: number, to: number): void => {
    switch (kind) {
      case 'text':
        buffer[length++] = quote
        putEscaped(bytes, at, to, specialInText)
        reserve(1)
        buffer[length++] = quote
        break
      case 'json':
        putEscaped(bytes, at, to, specialInJson)
        break
      case 'bool':
        put(bytes[at] === 0 ? no : yes)
        break
      case 'int2':
        putNumber(bytes.readInt16BE(at))
        break
      case 'int4':
        putNumber(toInt32(bytes, at))
        break
      case 'int8':
        putInt64(bytes, at)
        break
    }
  }

  return {
    write: (bytes, begin) => {
      let at = begin + countBytes
      for (const { kind, before } of shapes) {
        reserve(before.length + longestNumber)
        put(before)
        const size = toInt32(bytes, at)
        at += lengthBytes
        if (size < 0) {
          put(nothing)
          continue
        }
        putValue(kind, bytes, at, at + size)
        at += size
      }
      reserve(end.length)
      put(end)
    },
    take: (isLast = false) => {
      if (isLast || length >= pieceBytes) flush()
      const taken = pieces
      pieces = []
      return taken
    },
  }
}

const [quote, backslash, minus, zero] = [0x22, 0x5c, 0x2d, 0x30] as const
const [yes, no, nothing] = ['true', 'false', 'null'].map((word) => Buffer.from(word)) as [
  Buffer,
  Buffer,
  Buffer,
]
/** With higher bits than these a number is not exact. */
const exactHigh = 0x20_0000

export function toInt32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  )
}

function countDigits(value: number): number {
  let count = 1
  for (let limit = 10; value >= limit; limit *= 10) count += 1
  return count
}

/** As Postgres writes JSON. */
const shortEscapes = new Uint8Array(256)
for (const [character, short] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt'].map((pair) => [...pair]))
  shortEscapes[character?.charCodeAt(0) ?? 0] = short?.charCodeAt(0) ?? 0

/** The bytes with which begins what may not stay as it is; what `escapeJson` escapes does not in JSON, either. */
const specialInJson = new Uint8Array(256)
for (const byte of [0x7f, 0xc2, 0xe2]) specialInJson[byte] = 1
const specialInText = specialInJson.map((isSpecial, byte) =>
  byte < 0x20 || shortEscapes[byte] ? 1 : isSpecial,
)

/** The character that begins there, where it is one that is escaped; else -1. */
function codeToEscape(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at] as number
  if (byte < 0x80) return byte
  const second = at + 1 < end ? (bytes[at + 1] as number) : 0
  if (byte === 0xc2) return second >= 0x80 && second < 0xa0 ? second : -1
  const third = at + 2 < end ? (bytes[at + 2] as number) : 0
  const code = 0x2000 | ((second & 0x3f) << 6) | (third & 0x3f)
  const isActing =
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  return isActing && isInsideOfCharacter(second) && isInsideOfCharacter(third) ? code : -1
}

/** Where the next one begins, there or right before it. */
function endOfCharacter(bytes: Uint8Array, at: number): number {
  for (let back = 0; back <= 3; back++) if (!isInsideOfCharacter(bytes[at - back] as number)) return at - back
  return at
}

function isInsideOfCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}
