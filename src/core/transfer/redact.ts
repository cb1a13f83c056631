import { isStreamEnd } from '../dbos-names.ts'
import { CliError } from '../errors.ts'
import { parseExact, stringifyExact } from '../words/exact-number.ts'
import { isSuperJson, withoutTypesOf } from './super-json.ts'

/** Where a value stood that was taken out. */
const redacted = '[redacted]'

/** The columns of an export's rows that hold a value as the SDK wrote it. */
const payloadWords = ['inputs', 'output', 'error', 'value', 'message']

interface Line {
  readonly type: string
  readonly row?: Record<string, unknown>
}

/** A path of which so many keys stood one in the other already. */
interface Begun {
  readonly path: string
  readonly keys: readonly string[]
  readonly depth: number
}

/**
 * Takes out of each line what stands at one of these paths, such as `card.number`, at any depth of any value; tells of each path
 * when something stood there.
 */
export function createRedaction(
  paths: readonly string[],
  onTaken: (path: string) => void = () => {},
): (line: string) => string {
  const wanted = paths.map((path) => ({ path, keys: path.split('.').filter((key) => key !== ''), depth: 0 }))
  if (wanted.some(({ keys }) => keys.length === 0))
    throw new CliError('invalid-argument', 'A path to redact is empty.', {
      hint: 'write it as --redact card.number',
    })
  const redactValue = createWalk(wanted, onTaken)
  return (line) => {
    const { row, ...rest } = parseExact(line) as unknown as Line
    if (row === undefined) return line
    const changed = Object.entries(row).map(([word, text]) =>
      typeof text === 'string' && payloadWords.includes(word)
        ? [word, redactText(text, redactValue)]
        : [word, text],
    )
    return stringifyExact({ ...rest, row: Object.fromEntries(changed) } as never)
  }
}

/** Throws `invalid-argument` for a value that nobody can look into: no JSON, as Python pickles are not, or nested too deeply. */
function redactText(text: string, redactValue: (value: unknown) => unknown): string {
  if (isStreamEnd(text)) return text
  let value: unknown
  try {
    value = parseExact(text)
  } catch {
    throw new CliError('invalid-argument', 'A value is not JSON, so that nothing can be taken out of it.', {
      hint: 'leave all values out with --no-payloads',
    })
  }
  try {
    return stringifyExact(redactValue(value) as never)
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

function createWalk(wanted: readonly Begun[], onTaken: (path: string) => void): (value: unknown) => unknown {
  const walk = (
    value: unknown,
    begun: readonly Begun[],
    at: readonly string[],
    taken: string[][],
  ): unknown => {
    if (Array.isArray(value))
      return value.map((one, index) => walk(one, begun, [...at, String(index)], taken))
    if (typeof value !== 'object' || value === null || value instanceof Number) return value
    const entries = Object.entries(value).map(([key, inner]) => {
      const here = [...begun, ...wanted].filter(({ keys, depth }) => keys[depth] === key)
      const ended = here.filter(({ keys, depth }) => keys.length === depth + 1)
      for (const { path } of ended) onTaken(path)
      if (ended.length > 0) {
        taken.push([...at, key])
        return [key, redacted]
      }
      const further = here.map((one) => ({ ...one, depth: one.depth + 1 }))
      return [key, walk(inner, further, [...at, key], taken)]
    })
    return Object.fromEntries(entries)
  }
  return (value) => {
    if (!isSuperJson(value)) return walk(value, [], [], [])
    const taken: string[][] = []
    return withoutTypesOf({ ...value, json: walk(value.json, [], [], taken) }, taken)
  }
}
