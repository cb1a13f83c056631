import { CliError } from '../errors.ts'
import type { JsonValue } from '../workflow.ts'
import { findLossyNumber, isExactNumber, parseExact, withPlainNumbers } from './exact-number.ts'

/**
 * JSON as a user typed it. Refuses a number that would arrive as another one, such as `12345678901234567890`.
 * Throws `invalid-argument`; `what` names the text in the message.
 */
export function parseJson(text: string, what: string, hint?: string): JsonValue {
  const value = parseText(text, what, parseExact, hint)
  refuseLossyNumbers(text)
  return withPlainNumbers(value)
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

/** JSON as a user typed it to compare with: exact to the last digit. Throws `invalid-argument`. */
export function parseExactJson(text: string, what: string): JsonValue {
  return parseText(text, what, parseExact)
}

function parseText(
  text: string,
  what: string,
  parse: (text: string) => JsonValue,
  hint = `quote it for the shell, as in '{"approved": true}'`,
): JsonValue {
  try {
    return parse(text)
  } catch (cause) {
    throw new CliError('invalid-argument', `${what} is not JSON: ${(cause as Error).message}.`, {
      hint,
      cause,
    })
  }
}

function refuseLossyNumbers(json: string): void {
  const lossy = findLossyNumber(json)
  if (lossy === undefined) return
  throw new CliError('invalid-argument', `The number ${lossy} would arrive as ${Number(lossy)}.`, {
    hint: `quote it to pass it as a string: '"${lossy}"'`,
  })
}

export function isJsonObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value)
}
