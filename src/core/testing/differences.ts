import { compareNumbers, isExactNumber, stringifyExact } from '../words/exact-number.ts'
import { isJsonObject } from '../words/json.ts'
import type { JsonValue } from '../workflow.ts'
import { AnyText, AnyValue, type Expected, isMap, isOfKind, toShown } from './expected.ts'

/** One place where a value is not what was expected; undefined on a side where there is nothing. */
export interface Difference {
  /** Such as `result.items[0].price`. */
  readonly path: string
  readonly expected: JsonValue | undefined
  readonly actual: JsonValue | undefined
}

interface Options {
  /** Of each object in the list that is compared only the keys that are expected. */
  readonly isPartial?: boolean
}

/** Every place where they differ, as deep as it goes, in their order. */
export function findDifferences(
  expected: Expected,
  actual: JsonValue | undefined,
  path: string,
  options: Options = {},
): readonly Difference[] {
  if (actual === undefined) return [{ path, expected: toShown(expected), actual }]
  if (expected instanceof AnyValue) return differIf(!isOfKind(expected.kind, actual), expected, actual, path)
  if (expected instanceof AnyText)
    return differIf(typeof actual !== 'string' || !expected.matches(actual), expected, actual, path)
  if (Array.isArray(expected) && Array.isArray(actual)) return ofLists(expected, actual, path, options)
  if (isMap(expected) && isJsonObject(actual)) return ofMaps(expected, actual, path, options)
  return differIf(!isSameScalar(expected as JsonValue, actual), expected, actual, path)
}

function differIf(
  isOther: boolean,
  expected: Expected,
  actual: JsonValue,
  path: string,
): readonly Difference[] {
  return isOther ? [{ path, expected: toShown(expected), actual }] : []
}

function ofMaps(
  expected: { readonly [key: string]: Expected },
  actual: { readonly [key: string]: JsonValue },
  path: string,
  { isPartial = false }: Options,
): readonly Difference[] {
  const missing = Object.entries(expected).flatMap(([key, one]) =>
    findDifferences(one, Object.hasOwn(actual, key) ? actual[key] : undefined, `${path}${keyOf(key)}`),
  )
  const extra = isPartial
    ? []
    : Object.entries(actual)
        .filter(([key]) => !Object.hasOwn(expected, key))
        .map(([key, one]) => ({ path: `${path}${keyOf(key)}`, expected: undefined, actual: one }))
  return [...missing, ...extra]
}

/** One that is too many, or too few, makes one difference, and not all that follow: both ends are the same as long as they are. */
function ofLists(
  expected: readonly Expected[],
  actual: readonly JsonValue[],
  path: string,
  options: Options,
): readonly Difference[] {
  const ofPair = (left: number, right: number) =>
    findDifferences(expected[left] as Expected, actual[right], `${path}[${right}]`, options)
  if (expected.length === actual.length) return expected.flatMap((_, index) => ofPair(index, index))
  const shorter = Math.min(expected.length, actual.length)
  let head = 0
  while (head < shorter && ofPair(head, head).length === 0) head++
  let tail = 0
  const isTail = () => ofPair(expected.length - 1 - tail, actual.length - 1 - tail).length === 0
  while (tail < shorter - head && isTail()) tail++
  const found: Difference[] = []
  for (let index = head; index < Math.max(expected.length, actual.length) - tail; index++) {
    const isExpected = index < expected.length - tail
    const isThere = index < actual.length - tail
    if (isExpected && isThere) found.push(...ofPair(index, index))
    else {
      const [wanted, one] = [expected[index] as Expected, actual[index] as JsonValue]
      const sides = isExpected
        ? { expected: toShown(wanted), actual: undefined }
        : { expected: undefined, actual: one }
      found.push({ path: `${path}[${index}]`, ...sides })
    }
  }
  return found
}

function isSameScalar(expected: JsonValue, actual: JsonValue): boolean {
  return isNumeric(expected) && isNumeric(actual)
    ? compareNumbers(expected, actual) === 0
    : expected === actual
}

function isNumeric(value: JsonValue): value is number {
  return typeof value === 'number' || isExactNumber(value)
}

function keyOf(key: string): string {
  return /^[\p{L}_$][\p{L}\d_$-]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

/** Longer than this is told by its beginning. */
const mostTold = 200

/** As a sentence: `result.status is "refused", not "paid"`. */
export function describeDifference({ path, expected, actual }: Difference): string {
  if (actual === undefined) return `${path} is missing, expected ${shorten(expected)}`
  if (expected === undefined) return `${path} is ${shorten(actual)}, and was not expected`
  return `${path} is ${shorten(actual)}, expected ${shorten(expected)}`
}

function shorten(value: JsonValue | undefined): string {
  const text = stringifyExact(value)
  return text.length > mostTold ? `${text.slice(0, mostTold)}…` : text
}
