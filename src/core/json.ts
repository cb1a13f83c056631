import { CliError } from './errors.ts'
import type { JsonValue } from './workflow.ts'

/**
 * JSON as a user typed it. Refuses a number that would arrive as another one, such as `12345678901234567890`.
 * Throws `invalid-argument`; `what` names the text in the message.
 */
export function parseJson(text: string, what: string, hint?: string): JsonValue {
  let value: JsonValue
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError('invalid-argument', `${what} is not JSON: ${(cause as Error).message}.`, {
      hint: hint ?? `quote it for the shell, as in '{"approved": true}'`,
      cause,
    })
  }
  refuseLossyNumbers(text)
  return value
}

/** JSON if it parses, else the text itself as a string. */
export function parseJsonOrString(text: string): JsonValue {
  try {
    JSON.parse(text)
  } catch {
    return text
  }
  return parseJson(text, 'The argument')
}

function refuseLossyNumbers(json: string): void {
  for (const [token] of json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d[\d.eE+-]*/g)) {
    if (digitsOf(token) !== digitsOf(String(Number(token)))) {
      throw new CliError('invalid-argument', `The number ${token} would arrive as ${Number(token)}.`, {
        hint: `quote it to pass it as a string: '"${token}"'`,
      })
    }
  }
}

/** Significant digits and the power of ten they stand at, so that `1.10`, `1.1` and `11e-1` are the same. */
function digitsOf(number: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number)
  if (!match) return number
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = Number(exponent) - fraction.length + (digits.length - significant.length)
  return `${sign}${significant}e${power}`
}

export function isJsonObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
