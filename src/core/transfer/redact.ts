import { CliError } from '../errors.ts'
import { parseExact, stringifyExact } from '../words/exact-number.ts'

/** Where a value stood that was taken out. */
const redacted = '[redacted]'

/** The columns of an export's rows that hold a value as the SDK wrote it. */
const payloadWords = ['inputs', 'output', 'error', 'value', 'message']

interface Line {
  readonly type: string
  readonly row?: Record<string, unknown>
}

/** Takes out of each line what stands at one of these paths, such as `card.number`, at any depth of any value. */
export function createRedaction(paths: readonly string[]): (line: string) => string {
  const keys = paths.map((path) => path.split('.').filter((key) => key !== ''))
  if (keys.some((path) => path.length === 0))
    throw new CliError('invalid-argument', 'A path to redact is empty.', {
      hint: 'write it as --redact card.number',
    })
  return (line) => {
    const { row, ...rest } = parseExact(line) as unknown as Line
    if (row === undefined) return line
    const changed = Object.entries(row).map(([word, text]) =>
      typeof text === 'string' && payloadWords.includes(word) ? [word, redactText(text, keys)] : [word, text],
    )
    return stringifyExact({ ...rest, row: Object.fromEntries(changed) } as never)
  }
}

/** Throws `invalid-argument` for a value that nobody can look into: no JSON, as Python pickles are not, or nested too deeply. */
function redactText(text: string, paths: readonly (readonly string[])[]): string {
  let value: unknown
  try {
    value = parseExact(text)
  } catch {
    throw new CliError('invalid-argument', 'A value is not JSON, so that nothing can be taken out of it.', {
      hint: 'leave all values out with --no-payloads',
    })
  }
  try {
    return stringifyExact(redactValue(value, paths) as never)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new CliError(
      'invalid-argument',
      'A value is nested too deeply, so that nothing can be taken out of it.',
      {
        hint: 'leave all values out with --no-payloads',
        cause: error,
      },
    )
  }
}

function redactValue(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((one) => redactValue(one, paths))
  if (typeof value !== 'object' || value === null || value instanceof Number) return value
  const entries = Object.entries(value).map(([key, inner]) => {
    const isMeant = paths.some((path) => path.length === 1 && path[0] === key)
    if (isMeant) return [key, redacted]
    const begun = paths.filter((path) => path.length > 1 && path[0] === key).map((path) => path.slice(1))
    const whole = redactValue(inner, paths)
    return [key, begun.length > 0 ? redactHere(whole, begun) : whole]
  })
  return Object.fromEntries(entries)
}

/** What is left of a path must stand right here. */
function redactHere(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((one) => redactHere(one, paths))
  if (typeof value !== 'object' || value === null || value instanceof Number) return value
  const entries = Object.entries(value).map(([key, inner]) => {
    const matching = paths.filter((path) => path[0] === key)
    if (matching.some((path) => path.length === 1)) return [key, redacted]
    return [
      key,
      matching.length > 0
        ? redactHere(
            inner,
            matching.map((path) => path.slice(1)),
          )
        : inner,
    ]
  })
  return Object.fromEntries(entries)
}
