import { isDeepStrictEqual } from 'node:util'
import { CliError } from './errors.ts'
import { isJsonObject, parseJsonOrString } from './json.ts'
import type { JsonValue, WorkflowStatus } from './workflow.ts'

/** What narrows a set of workflows: the same for `list` and for every command that changes several at once. */
export interface WorkflowFilter {
  readonly status?: readonly WorkflowStatus[]
  readonly name?: string
  readonly queue?: string
  readonly application?: string
  readonly version?: string
  readonly executorId?: string
  readonly parentId?: string
  readonly schedule?: string
  /** The authenticated user that it was started for. */
  readonly user?: string
  /** Created at this time or later. */
  readonly since?: Date
  /** Created before this time. */
  readonly until?: Date
  /** Ended before this time. */
  readonly endedBefore?: Date
  /** It has each of these attributes. */
  readonly attributes?: { readonly [name: string]: JsonValue }
  /** Somewhere in its input, its result or its error, upper and lower case alike. */
  readonly search?: string
}

/** What a filter is to the eye: `name X, status PENDING`; empty when it narrows nothing. */
export function describeFilter(filter: WorkflowFilter): string {
  const { status, since, until, endedBefore, attributes, ...texts } = filter
  const words: (string | undefined)[] = [
    ...Object.entries(texts).map(([key, value]) => value && `${wordByKey[key] ?? key} ${value}`),
    status && `status ${status.join(' or ')}`,
    since && `created since ${since.toISOString()}`,
    until && `created before ${until.toISOString()}`,
    endedBefore && `ended before ${endedBefore.toISOString()}`,
    ...Object.entries(attributes ?? {}).map(([name, value]) => `attribute ${name}=${JSON.stringify(value)}`),
  ]
  return words.filter((word) => word !== undefined && word !== '').join(', ')
}

const wordByKey: Readonly<Record<string, string>> = {
  executorId: 'executor',
  parentId: 'parent',
  search: 'containing',
}

/** `key=value`, the value JSON if it parses. Throws `invalid-argument`. */
export function parseAttributes(texts: readonly string[]): { readonly [name: string]: JsonValue } {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
      if (name !== undefined && value !== undefined) return [name, parseJsonOrString(value)]
      throw new CliError('invalid-argument', `"${text}" is not an attribute.`, {
        hint: 'write it as NAME=VALUE',
      })
    }),
  )
}

/** Whether `value` holds all of `part`, as the `@>` of Postgres has it. */
export function contains(value: JsonValue | undefined, part: JsonValue): boolean {
  if (isJsonObject(part)) {
    return isJsonObject(value) && Object.entries(part).every(([key, wanted]) => contains(value[key], wanted))
  }
  if (Array.isArray(part)) {
    return (
      Array.isArray(value) && part.every((wanted) => value.some((one: JsonValue) => contains(one, wanted)))
    )
  }
  return isDeepStrictEqual(value, part)
}
