import { CliError } from '../errors.ts'
import type { JsonValue } from '../workflow.ts'
import { parseJson, parseJsonOrString } from './json.ts'

/**
 * The arguments of a workflow as they were typed: each one JSON if it parses, else a string; or all of them at once as
 * the text of a JSON array. Throws `invalid-argument`.
 */
export function parseWorkflowArguments(
  positional: readonly string[],
  input: string | undefined,
): readonly JsonValue[] {
  if (input === undefined) return positional.map(parseJsonOrString)
  if (positional.length > 0) {
    throw new CliError('invalid-argument', 'Arguments cannot be given both in place and with --input.', {
      hint: 'give all of them one way',
    })
  }
  const value = parseJson(
    input,
    'The --input',
    `all arguments in one array, quoted for the shell: --input '[1, "two"]'`,
  )
  if (!Array.isArray(value)) {
    throw new CliError('invalid-argument', 'The --input is not a JSON array of arguments.', {
      hint: `put it in brackets: --input '[…]'`,
    })
  }
  return value
}
