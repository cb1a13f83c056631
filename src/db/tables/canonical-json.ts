/** Deeper is rare, and left to whoever parses it. */
const maxDepth = 64
/** Of one object, which is searched for each of its names; in all objects that are open at once. */
const maxNames = 128
const maxOpenNames = 1024
/** So much of a string is looked at character by character: to start a regular expression costs as much. */
const nearCharacters = 32

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
export function isCanonicalJson(text: string, start: number, end: number): boolean {
  let depth = 0
  let names = 0
  let at = start
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === openBrace || code === openBracket) {
      if (++depth > maxDepth) return false
      isObject[depth] = code === openBrace ? 1 : 0
      firstName[depth] = names
      at++
      const isEmpty = text.charCodeAt(at) === (code === openBrace ? closeBrace : closeBracket)
      if (!isEmpty && code === openBracket) continue
      if (!isEmpty) {
        at = passName(text, at, end, depth, names++)
        if (at < 0) return false
        continue
      }
      depth--
      at++
    } else {
      at = endOfScalar(text, at, end, code)
      if (at < 0) return false
    }
    for (;;) {
      if (depth === 0) return at === end
      const next = text.charCodeAt(at++)
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
function passName(text: string, start: number, end: number, depth: number, names: number): number {
  if (text.charCodeAt(start) !== quote || isDigit(text.charCodeAt(start + 1))) return -1
  const at = endOfString(text, start, end)
  if (at < 0 || text.charCodeAt(at) !== colon) return -1
  const first = firstName[depth] as number
  if (names - first >= maxNames || names >= maxOpenNames) return -1
  const hash = hashOf(text, start, at)
  for (let other = first; other < names; other++) if (nameHashes[other] === hash) return -1
  nameHashes[names] = hash
  return at + 1
}

/** Two names that share it are taken for one, which costs time and nothing else. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return hash
}

function endOfScalar(text: string, at: number, end: number, code: number): number {
  if (code === quote) return endOfString(text, at, end)
  if (code === minus || isDigit(code)) return endOfNumber(text, at, end)
  for (const word of words) if (text.startsWith(word, at)) return at + word.length
  return -1
}

const words = ['null', 'true', 'false']

/** Digits that every number of JavaScript keeps. */
const safeDigits = 15
const numberOfJson = /^-?\d[\d.eE+-]*$/

function endOfNumber(text: string, start: number, end: number): number {
  let at = start
  while (at < end && isDigit(text.charCodeAt(at))) at++
  const digits = at - start
  const isShort = digits > 0 && digits <= safeDigits && (digits === 1 || text.charCodeAt(start) !== zero)
  if (isShort && isEndOfValue(text.charCodeAt(at), at, end)) return at
  while (at < end && !isEndOfValue(text.charCodeAt(at), at, end)) at++
  const number = text.slice(start, at)
  return numberOfJson.test(number) && String(Number(number)) === number ? at : -1
}

function isEndOfValue(code: number, at: number, end: number): boolean {
  return at === end || code === comma || code === closeBrace || code === closeBracket
}

/** What stands in a string as it is: no half of a pair, which is written as an escape where the other one is missing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those of which a terminal must not get any
const plain = /[^"\\\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]*/y

/** After its closing quote. */
function endOfString(text: string, start: number, end: number): number {
  let at = start + 1
  let near = at + nearCharacters
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === quote) return at + 1
    if (code === backslash) at = endOfEscape(text, at + 1)
    else if (code >= 0x20 && code < 0x7f) at++
    else at = endOfCharacter(text, at)
    if (at < 0) return -1
    if (at > near) {
      plain.lastIndex = at
      plain.test(text)
      at = plain.lastIndex
      near = at + nearCharacters
    }
  }
  return -1
}

function endOfCharacter(text: string, at: number): number {
  plain.lastIndex = at
  plain.test(text)
  if (plain.lastIndex > at) return plain.lastIndex
  const code = text.codePointAt(at) ?? 0
  return code > 0xffff ? at + 2 : -1
}

/** The short ones, and the code points of the other control characters. */
const escapeCode = /["\\bfnrt]|u00(?:0[0-7bef]|1[\da-f])/y

function endOfEscape(text: string, at: number): number {
  escapeCode.lastIndex = at
  return escapeCode.test(text) ? escapeCode.lastIndex : -1
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine
}
