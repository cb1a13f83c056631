/** UTF-8 to look at: its bytes, and a view that has four at a time. */
export interface Utf8 {
  readonly bytes: Buffer
  readonly view: DataView
}

/** Of bytes that are UTF-8. */
export function toUtf8(bytes: Buffer): Utf8 {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) }
}

/** What the SDK for TypeScript writes around a value whose types JSON has. */
export const envelope = {
  head: Buffer.from('{"json":'),
  tail: Buffer.from(',"__dbos_serializer":"superjson"}'),
}

/** Whether this part of a text is an envelope around JSON that is canonical. */
export function holdsCanonicalJson(text: Utf8, start: number, end: number): boolean {
  const from = start + envelope.head.length
  const to = end - envelope.tail.length
  return (
    from < to &&
    startsWith(text.bytes, envelope.head, start) &&
    startsWith(text.bytes, envelope.tail, to) &&
    isCanonicalJson(text, from, to)
  )
}

/** Deeper is rare, and left to whoever parses it. */
const maxDepth = 64
/** Of one object, which is searched for each of its names; in all objects that are open at once. */
const maxNames = 128
const maxOpenNames = 1024

const quote = '"'.charCodeAt(0)
const comma = ','.charCodeAt(0)
const minus = '-'.charCodeAt(0)
const zero = '0'.charCodeAt(0)
const nine = '9'.charCodeAt(0)
const colon = ':'.charCodeAt(0)
const openBracket = '['.charCodeAt(0)
const backslash = '\\'.charCodeAt(0)
const closeBracket = ']'.charCodeAt(0)
const openBrace = '{'.charCodeAt(0)
const closeBrace = '}'.charCodeAt(0)

/** Of each array or object that is open whether it is an object, and where its names begin among those of all. */
const isObject = new Uint8Array(maxDepth + 1)
const firstName = new Uint16Array(maxDepth + 1)
const nameHashes = new Int32Array(maxOpenNames)

/**
 * Whether this part of a text is one JSON value that `toJsonLine` would write as it stands: no blanks, no other way to write a
 * string or a number, names that are neither twice in an object nor sorted by JavaScript, and nothing that acts on a terminal.
 * False is no judgement: what is rare is not looked at.
 */
export function isCanonicalJson(text: Utf8, start: number, end: number): boolean {
  const { bytes } = text
  let depth = 0
  let names = 0
  let at = start
  for (;;) {
    const code = bytes[at]
    if (code === openBrace || code === openBracket) {
      if (++depth > maxDepth) return false
      isObject[depth] = code === openBrace ? 1 : 0
      firstName[depth] = names
      at++
      const isEmpty = bytes[at] === (code === openBrace ? closeBrace : closeBracket)
      if (!isEmpty && code === openBracket) continue
      if (!isEmpty) {
        at = passName(text, at, end, depth, names++)
        if (at < 0) return false
        continue
      }
      depth--
      at++
    } else {
      at = endOfScalar(text, at, end)
      if (at < 0) return false
    }
    for (;;) {
      if (depth === 0) return at === end
      const next = bytes[at++]
      if (next === comma) break
      if (next !== (isObject[depth] ? closeBrace : closeBracket)) return false
      names = firstName[depth] as number
      depth--
    }
    if (isObject[depth]) {
      at = passName(text, at, end, depth, names++)
      if (at < 0) return false
    }
  }
}

/** Where the value of a name begins; -1 for one that may not stand here. */
function passName(text: Utf8, start: number, end: number, depth: number, names: number): number {
  const { bytes } = text
  if (bytes[start] !== quote || isDigit(bytes[start + 1])) return -1
  const at = endOfString(text, start, end)
  if (at < 0 || bytes[at] !== colon) return -1
  const first = firstName[depth] as number
  if (names - first >= maxNames || names >= maxOpenNames) return -1
  const hash = hashOf(bytes, start, at)
  for (let other = first; other < names; other++) if (nameHashes[other] === hash) return -1
  nameHashes[names] = hash
  return at + 1
}

/** Two names that share it are taken for one, which costs time and nothing else. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0
  return hash
}

function endOfScalar(text: Utf8, at: number, end: number): number {
  const { bytes } = text
  const code = bytes[at]
  if (code === quote) return endOfString(text, at, end)
  if (code === minus || isDigit(code)) return endOfNumber(bytes, at, end)
  for (const word of words) if (startsWith(bytes, word, at)) return at + word.length
  return -1
}

const words = Array.from(['null', 'true', 'false'], (word) => Buffer.from(word))

function startsWith(bytes: Buffer, expected: Buffer, at: number): boolean {
  for (let index = 0; index < expected.length; index++)
    if (bytes[at + index] !== expected[index]) return false
  return true
}

/** Digits that every number of JavaScript keeps. */
const safeDigits = 15
const numberOfJson = /^-?\d[\d.eE+-]*$/

function endOfNumber(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(bytes[at])) at++
  const digits = at - start
  const isShort = digits > 0 && digits <= safeDigits && (digits === 1 || bytes[start] !== zero)
  if (isShort && isEndOfValue(bytes[at], at, end)) return at
  while (at < end && !isEndOfValue(bytes[at], at, end)) at++
  const number = bytes.toString('latin1', start, at)
  return numberOfJson.test(number) && String(Number(number)) === number ? at : -1
}

function isEndOfValue(code: number | undefined, at: number, end: number): boolean {
  return at === end || code === comma || code === closeBrace || code === closeBracket
}

/** After its closing quote. */
function endOfString({ bytes, view }: Utf8, start: number, end: number): number {
  let at = start + 1
  const lastFour = end - 4
  while (at < end) {
    while (at <= lastFour && isPlain(view.getInt32(at))) at += 4
    const code = bytes[at] as number
    if (code === quote) return at + 1
    if (code === backslash) at = endOfEscape(bytes, at + 1)
    else if (code < 0x80) at = code >= 0x20 && code < 0x7f ? at + 1 : -1
    else at = endOfCharacter(bytes, at)
    if (at < 0) return -1
  }
  return -1
}

/**
 * Whether each of these four bytes is visible ASCII or a blank, and neither a quote nor a backslash: what it makes of one that
 * is not has the highest bit, which a carry from another one can only add.
 */
function isPlain(four: number): boolean {
  const atLeastDelete = four + 0x01010101
  const belowBlank = four - 0x20202020
  const isQuote = (four ^ 0x22222222) - 0x01010101
  const isBackslash = (four ^ 0x5c5c5c5c) - 0x01010101
  return ((four | atLeastDelete | belowBlank | isQuote | isBackslash) & 0x80808080) === 0
}

/** Of one that is not ASCII; -1 where a terminal must not get it. */
function endOfCharacter(bytes: Buffer, at: number): number {
  const first = bytes[at] as number
  const second = bytes[at + 1] as number
  const third = bytes[at + 2] as number
  // U+0080 to U+009F
  if (first === 0xc2 && second < 0xa0) return -1
  if (first === 0xe2 && second === 0x80) {
    // U+200E, U+200F, and U+2028 to U+202E
    if (third === 0x8e || third === 0x8f || (third >= 0xa8 && third <= 0xae)) return -1
  }
  // U+2066 to U+2069
  if (first === 0xe2 && second === 0x81 && third >= 0xa6 && third <= 0xa9) return -1
  return at + (first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4)
}

const escapeCodes = new Set(Buffer.from('"\\bfnrt'))
const letterU = 'u'.charCodeAt(0)
/** What follows `\u` of the other control characters. */
const controlCode = /^00(?:0[0-7bef]|1[\da-f])$/

function endOfEscape(bytes: Buffer, at: number): number {
  const code = bytes[at] as number
  if (escapeCodes.has(code)) return at + 1
  const isControl = code === letterU && controlCode.test(bytes.toString('latin1', at + 1, at + 5))
  return isControl ? at + 5 : -1
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= zero && code <= nine
}
