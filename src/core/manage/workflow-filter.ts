import { isDeepStrictEqual } from 'node:util'
import { CliError } from '../errors.ts'
import { type AnyOf, toList } from '../words/any-of.ts'
import { refuseNul } from '../words/database-value.ts'
import { isJsonObject, parseJsonOrString } from '../words/json.ts'
import type { JsonValue, KnownStatus } from '../workflow.ts'

export type Attributes = { readonly [name: string]: JsonValue }

/** What narrows a set of workflows, by all that is given; of several values any will do. The same for `list` and for every command that changes several at once. */
export interface WorkflowFilter {
  readonly status?: AnyOf<KnownStatus>
  /** The registered name, or `Class.name`. */
  readonly name?: AnyOf<string>
  readonly queue?: AnyOf<string>
  readonly application?: AnyOf<string>
  readonly version?: AnyOf<string>
  readonly executorId?: AnyOf<string>
  readonly parentId?: AnyOf<string>
  readonly schedule?: AnyOf<string>
  /** The authenticated user that it was started for. */
  readonly user?: AnyOf<string>
  /** Created at this time or later. */
  readonly since?: Date
  /** Created before this time. */
  readonly until?: Date
  /** Ended before this time. */
  readonly endedBefore?: Date
  /** It has each of these attributes; of several such sets all of one. */
  readonly attributes?: AnyOf<Attributes>
  /** Somewhere in its input, its result or its error, upper and lower case alike. */
  readonly search?: AnyOf<string>
}

/** What a filter is to the eye: `name X, status PENDING`; empty when it narrows nothing. */
export function describeFilter(filter: WorkflowFilter): string {
  const { status, since, until, endedBefore, attributes, ...texts } = filter
  const words: (string | undefined)[] = [
    ...Object.entries(texts).map(([key, value]) => anyOf(wordByKey[key] ?? key, value)),
    anyOf('status', status),
    since && `created since ${since.toISOString()}`,
    until && `created before ${until.toISOString()}`,
    endedBefore && `ended before ${endedBefore.toISOString()}`,
    toList(attributes)?.map(describeAttributes).join(' or '),
  ]
  return words.filter((word) => word !== undefined && word !== '').join(', ')
}

function anyOf(word: string, asked: AnyOf<string> | undefined): string | undefined {
  const values = toList(asked)
  return values && `${word} ${values.length > 0 ? values.join(' or ') : '(none)'}`
}

function describeAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `attribute ${name}=${JSON.stringify(value)}`)
    .join(', ')
}

const wordByKey: Readonly<Record<string, string>> = {
  executorId: 'executor',
  parentId: 'parent',
  search: 'containing',
}

/** `key=value`, the value JSON if it parses; of several values for one key any will do. Throws `invalid-argument`. */
export function parseAttributes(texts: readonly string[]): AnyOf<Attributes> {
  const valuesByName = new Map<string, JsonValue[]>()
  for (const [name, value] of texts.map(parseAttribute)) {
    valuesByName.set(name, [...(valuesByName.get(name) ?? []), value])
  }
  let sets: readonly Attributes[] = [{}]
  for (const [name, values] of valuesByName) {
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [name]: value })))
  }
  const [only = {}, ...others] = sets
  return others.length > 0 ? sets : only
}

/** Throws `invalid-argument`. */
export function parseAttribute(text: string): readonly [name: string, value: JsonValue] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name !== undefined && value !== undefined) {
    const parsed = parseJsonOrString(value)
    refuseNul(parsed, `The attribute ${name}`)
    return [name, parsed]
  }
  throw new CliError('invalid-argument', `"${text}" is not an attribute.`, {
    hint: 'write it as NAME=VALUE, such as --attr tenant=acme',
  })
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
