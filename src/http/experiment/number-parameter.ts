import { DetailRefusal } from '../failure-response.ts'

/** A whole number in the path, from 1 on. Throws 422 as FastAPI words it. */
export function parseSteps(text: string): number {
  const loc = ['path', 'n_steps']
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw invalid(
      'int_parsing',
      loc,
      'Input should be a valid integer, unable to parse string as an integer',
      text,
    )
  }
  if (Number(text) < 1) {
    throw invalid('greater_than_equal', loc, 'Input should be greater than or equal to 1', text)
  }
  return Number(text)
}

const longestTimeout = 60
const usualTimeout = 5

/** Seconds of `?timeout=`, 5 by default and at most 60. Throws 422 as FastAPI words it. */
export function parseTimeout(text: string | undefined): number {
  if (text === undefined) return usualTimeout
  const seconds = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(seconds)) return Math.min(longestTimeout, Math.max(0, seconds))
  throw invalid(
    'float_parsing',
    ['query', 'timeout'],
    'Input should be a valid number, unable to parse string as a number',
    text,
  )
}

export function invalid(type: string, loc: readonly string[], msg: string, input: unknown): DetailRefusal {
  return new DetailRefusal(422, 'invalid-argument', [{ type, loc, msg, input }])
}
