import { randomUUID } from 'node:crypto'
import type { JsonValue } from '../workflow.ts'

/**
 * A number in JSON whose digits a number of JavaScript would lose, such as 9007199254740993. In a `JsonValue` it stands
 * where a number does: `stringifyExact` writes its digits, everything else sees the nearest number.
 */
class ExactNumber extends Number {
  /** The same for every way to write it: what `isDeepStrictEqual` compares. */
  readonly digits: string
  readonly #raw: string

  constructor(raw: string) {
    super(raw)
    this.#raw = raw
    this.digits = digitsOf(raw)
    anyExist = true
  }

  override toString(): string {
    return this.#raw
  }

  toJSON(): number | string {
    if (!isWritingExact) return Number(this.#raw)
    wasMarked = true
    return mark() + this.#raw
  }
}

/** As a string in JSON it stands for the digits behind it. Random, and never shown, so that no text from elsewhere holds it. */
function mark(): string {
  // Made when it is first needed, which it hardly ever is: cryptography takes milliseconds to load.
  madeMark ??= `exact-number-${randomUUID()}:`
  return madeMark
}

let madeMark: string | undefined

/** Without one there is nothing to look for. */
let anyExist = false
let anyNegativeZero = false
let isWritingExact = false
let wasMarked = false

export function isExactNumber(value: unknown): value is ExactNumber {
  return value instanceof ExactNumber
}

/** `JSON.parse` that keeps every digit. */
export function parseExact(text: string, revive?: (key: string, value: JsonValue) => JsonValue): JsonValue {
  anyNegativeZero ||= mayBeNegativeZero.test(text)
  const marked = mayLoseDigits.test(text) ? markNumbers(text) : text
  if (marked === text) return JSON.parse(text, revive)
  try {
    return JSON.parse(marked, (key, value) => {
      const revived = reviveMark(value)
      return revive ? revive(key, revived) : revived
    })
  } catch {
    // Which quotes the text as it came.
    return JSON.parse(text, revive)
  }
}

/** `JSON.stringify` that writes every digit, and `-0` where it would write 0. */
export function stringifyExact(value: unknown, indent?: number): string {
  isWritingExact = true
  wasMarked = false
  try {
    const json = JSON.stringify(withMarkedZeros(value), null, indent)
    return wasMarked ? restoreDigits(json) : json
  } finally {
    isWritingExact = false
  }
}

/** What somebody else may write as JSON; `restoreDigits` on that text makes it exact. */
export function withMarks(value: JsonValue): JsonValue {
  if (!anyExist && !anyNegativeZero) return value
  return mapNumbers(value, (number) => {
    if (isExactNumber(number)) return mark() + String(number)
    return Object.is(number, -0) ? `${mark()}-0` : number
  })
}

/** A number of JavaScript, which has a negative zero as JSON has; only `JSON.stringify` writes it as 0. */
function withMarkedZeros<Value>(value: Value): Value {
  if (!anyNegativeZero) return value
  return mapNumbers(value, (number) => {
    if (!Object.is(number, -0)) return number
    wasMarked = true
    return `${mark()}-0`
  })
}

export function restoreDigits(json: string): string {
  return json.replaceAll(new RegExp(`"${mark()}([^"]*)"`, 'g'), '$1')
}

/** With the nearest numbers of JavaScript; the same value where no digits are lost. */
export function withPlainNumbers<Value>(value: Value): Value {
  if (!anyExist) return value
  return mapNumbers(value, (number) => (isExactNumber(number) ? Number(number) : number))
}

/** JSON whose numbers that lose digits are marked, and the way back from what became of it. */
export const marks = {
  add: markNumbers,
  revive: (value: JsonValue): JsonValue => JSON.parse(JSON.stringify(value), (_, one) => reviveMark(one)),
}

function mapNumbers<Value>(value: Value, change: (number: number | ExactNumber) => unknown): Value {
  if (typeof value === 'number' || isExactNumber(value)) return change(value) as Value
  if (Array.isArray(value)) {
    const items = value.map((item) => mapNumbers(item, change))
    return items.some((item, index) => !Object.is(item, value[index])) ? (items as Value) : value
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const entries = Object.entries(value).map(([key, item]) => [key, mapNumbers(item, change), item] as const)
  if (entries.every(([, now, before]) => Object.is(now, before))) return value
  return Object.fromEntries(entries) as Value
}

function reviveMark(value: JsonValue): JsonValue {
  if (typeof value !== 'string' || madeMark === undefined || !value.startsWith(madeMark)) return value
  return new ExactNumber(value.slice(madeMark.length)) as unknown as JsonValue
}

/** Sees every one, and few others. */
const mayBeNegativeZero = /(?:^|[[:,\s])-0(?!\.?\d)|-0\.0/
/** Sees every number that may lose digits, and few others: 16 digits, or an exponent of three. */
const mayLoseDigits = /\d[\d.]{15,}|\d[eE][+-]?\d{3}/
const numberOfJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function markNumbers(json: string): string {
  let marked = ''
  let end = 0
  for (const { token, at } of numbersOf(json)) {
    if (!numberOfJson.test(token) || !mayLoseDigits.test(token) || !isPrintedOtherwise(token)) continue
    marked += `${json.slice(end, at)}"${mark()}${token}"`
    end = at + token.length
  }
  return marked + json.slice(end)
}

/** Of a JSON text, those in strings left out. */
function* numbersOf(json: string): Generator<{ readonly token: string; readonly at: number }> {
  const quoteOrNumber = /"|-?\d[\d.eE+-]*/g
  for (let found = quoteOrNumber.exec(json); found; found = quoteOrNumber.exec(json)) {
    const [token] = found
    if (token === '"') quoteOrNumber.lastIndex = endOfString(json, found.index) + 1
    else yield { token, at: found.index }
  }
}

/** Where the string ends that begins at `start`; with no regular expression, whose stack ends before that of a long text. */
export function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at >= 0; at = json.indexOf('"', at + 1)) {
    let escapes = 0
    while (json[at - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return at
  }
  return json.length
}

/** The first number in a JSON text that would become another one. */
export function findLossyNumber(json: string): string | undefined {
  for (const { token } of numbersOf(json)) if (losesDigits(token)) return token
  return undefined
}

function losesDigits(number: string): boolean {
  return digitsOf(number) !== digitsOf(String(Number(number)))
}

/** A long integer keeps its zeros, too: no `1e+23`. */
function isPrintedOtherwise(number: string): boolean {
  return losesDigits(number) || (/^-?\d+$/.test(number) && String(Number(number)).includes('e'))
}

/** Negative, 0 or positive, as `left` is less than, equal to or more than `right`; to the last digit. */
export function compareNumbers(left: number | ExactNumber, right: number | ExactNumber): number {
  if (!isExactNumber(left) && !isExactNumber(right)) return left < right ? -1 : left > right ? 1 : 0
  const [one, other] = [partsOf(String(left)), partsOf(String(right))]
  if (one.sign !== other.sign) return one.sign - other.sign
  const length = Math.max(one.significant.length, other.significant.length)
  const [a, b] = [one, other].map(({ significant }) => significant.padEnd(length, '0'))
  const size = one.magnitude - other.magnitude || ((a ?? '') < (b ?? '') ? -1 : a === b ? 0 : 1)
  return one.sign < 0 ? -size : size
}

/** Significant digits and the power of ten they stand at, so that `1.10`, `1.1` and `11e-1` are the same. */
function digitsOf(number: string): string {
  const { sign, significant, magnitude } = partsOf(number)
  if (Number.isNaN(magnitude)) return number
  return sign === 0 ? '0' : `${sign < 0 ? '-' : ''}0.${significant}e${magnitude}`
}

interface NumberParts {
  readonly sign: -1 | 0 | 1
  /** Without zeros at either end: the digits behind `0.` */
  readonly significant: string
  /** NaN for what is no number of JSON, such as Infinity. */
  readonly magnitude: number
}

function partsOf(number: string): NumberParts {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number)
  if (!match) return { sign: number.startsWith('-') ? -1 : 1, significant: '', magnitude: Number.NaN }
  const [, minus = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return { sign: 0, significant, magnitude: 0 }
  const magnitude = Number(exponent) - fraction.length + digits.length
  return { sign: minus === '' ? 1 : -1, significant, magnitude }
}
