import { isExactNumber } from '../words/exact-number.ts'
import { isJsonObject } from '../words/json.ts'
import type { JsonValue } from '../workflow.ts'
import { type Lookup, partsOfText, resolveVariable, substituteText, toText } from './variables.ts'

const anyKinds = ['any', 'any.text', 'any.number', 'any.time', 'any.id'] as const
export type AnyKind = (typeof anyKinds)[number]

export function isAnyKind(name: string): name is AnyKind {
  return (anyKinds as readonly string[]).includes(name)
}

/** `${any}` alone: a value of this kind. */
export class AnyValue {
  readonly kind: AnyKind

  constructor(kind: AnyKind) {
    this.kind = kind
  }
}

/** A text with `${any}` in it. */
export class AnyText {
  readonly parts: readonly (string | AnyKind)[]
  readonly #pattern: RegExp

  /** In turns what stands there, also where it is empty, and a kind. */
  constructor(parts: readonly (string | AnyKind)[]) {
    this.parts = parts
    const source = parts.map((part, index) => (index % 2 === 0 ? quote(part) : sourceOf(part as AnyKind)))
    this.#pattern = new RegExp(`^${source.join('')}$`, 's')
  }

  matches(text: string): boolean {
    return this.#pattern.test(text)
  }
}

/** What a value must be: a value, and in it what stands for any. */
export type Expected =
  | JsonValue
  | AnyValue
  | AnyText
  | readonly Expected[]
  | { readonly [key: string]: Expected }

const timeSource = '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?'
const numberSource = '-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?'

function sourceOf(kind: AnyKind): string {
  switch (kind) {
    case 'any':
    case 'any.text':
      return '.*'
    case 'any.number':
      return numberSource
    case 'any.time':
      return `(?:${timeSource}|\\d{10,}(?:\\.\\d+)?)`
    case 'any.id':
      return '[\\w.:-]+'
    default:
      return kind satisfies never
  }
}

function quote(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

const earliestSeconds = 1e9

/** Whether a value is one of this kind. */
export function isOfKind(kind: AnyKind, value: JsonValue): boolean {
  const isNumber = typeof value === 'number' || isExactNumber(value)
  switch (kind) {
    case 'any':
      return true
    case 'any.text':
      return typeof value === 'string'
    case 'any.number':
      return isNumber
    case 'any.time':
      return typeof value === 'string'
        ? new RegExp(`^${timeSource}$`).test(value)
        : isNumber && Number(value) >= earliestSeconds
    case 'any.id':
      return typeof value === 'string' ? /^\S+$/.test(value) : isNumber
    default:
      return kind satisfies never
  }
}

/** What a file expects, its variables replaced. Throws `invalid-test-file`. */
export function toExpected(value: JsonValue, lookup: Lookup): Expected {
  if (typeof value === 'string') return toExpectedText(value, lookup)
  if (Array.isArray(value)) return value.map((item: JsonValue) => toExpected(item, lookup))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toExpected(one, lookup)]))
}

function toExpectedText(text: string, lookup: Lookup): Expected {
  const parts = partsOfText(text)
  if (!parts.some((part) => typeof part !== 'string' && isAnyKind(part.name))) {
    const [only] = parts
    const isAlone = parts.length === 1 && typeof only === 'object'
    return isAlone ? resolveVariable(only, lookup) : substituteText(text, lookup)
  }
  const pieces: (string | AnyKind)[] = ['']
  for (const part of parts) {
    if (typeof part !== 'string' && isAnyKind(part.name)) pieces.push(part.name, '')
    else pieces[pieces.length - 1] += typeof part === 'string' ? part : toText(resolveVariable(part, lookup))
  }
  const [before, kind, after] = pieces
  return pieces.length === 3 && before === '' && after === '' && kind !== undefined
    ? new AnyValue(kind as AnyKind)
    : new AnyText(pieces)
}

/** As it stands in the file. */
export function toShown(expected: Expected): JsonValue {
  if (expected instanceof AnyValue) return `\${${expected.kind}}`
  if (expected instanceof AnyText)
    return expected.parts.map((part, index) => (index % 2 === 0 ? part : `\${${part}}`)).join('')
  if (Array.isArray(expected)) return expected.map(toShown)
  if (!isMap(expected)) return expected as JsonValue
  return Object.fromEntries(Object.entries(expected).map(([key, one]) => [key, toShown(one)]))
}

export function isMap(expected: Expected): expected is { readonly [key: string]: Expected } {
  const isValue = expected instanceof AnyValue || expected instanceof AnyText
  return !isValue && isJsonObject(expected as JsonValue)
}
