import { isDeepStrictEqual } from 'node:util'
import { CliError } from '../errors.ts'
import { type AnyOf, toList } from '../words/any-of.ts'
import { command } from '../words/command-line.ts'
import { refuseNul } from '../words/database-value.ts'
import { typedDuration } from '../words/duration.ts'
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
  /** Ended at this time or later. */
  readonly endedSince?: Date
  /** Ended before this time. */
  readonly endedUntil?: Date
  /** Taken from its queue, or begun, at this time or later. */
  readonly dequeuedSince?: Date
  /** From when it was created until it ended, or until now, took longer. */
  readonly longerThanMs?: number
  /** Its id begins so. */
  readonly idPrefix?: AnyOf<string>
  /** Started by another workflow, or by none. */
  readonly hasParent?: boolean
  /** A copy of another workflow, or none. */
  readonly isFork?: boolean
  /** It has each of these attributes; of several such sets all of one. */
  readonly attributes?: AnyOf<Attributes>
  /** Somewhere in its input, its result or its error, upper and lower case alike. */
  readonly search?: AnyOf<string>
}

/** How long each took is in no index: without a time it would be worked out for every workflow there is. Throws `usage`. */
export function requireRange({ longerThanMs, since, endedSince, dequeuedSince }: WorkflowFilter): void {
  if (longerThanMs === undefined || (since ?? endedSince ?? dequeuedSince) !== undefined) return
  throw new CliError('usage', '--longer-than needs --since, --ended-since or --dequeued-since.', {
    hint: command('list', [], { '--longer-than': typedDuration(longerThanMs), '--since': '7d' }),
  })
}

/** What a filter is to the eye: `name X, status PENDING`; empty when it narrows nothing. */
export function describeFilter(filter: WorkflowFilter): string {
  const { status, attributes, longerThanMs, hasParent, isFork } = filter
  const words: (string | undefined)[] = [
    ...namedTexts.map(([key, word]) => anyOf(word, filter[key])),
    anyOf('status', status),
    ...namedTimes.map(([key, word]) => filter[key] && `${word} ${filter[key].toISOString()}`),
    longerThanMs === undefined ? undefined : `longer than ${longerThanMs} ms`,
    hasParent === undefined ? undefined : hasParent ? 'with a parent' : 'without a parent',
    isFork === undefined ? undefined : isFork ? 'a fork' : 'no fork',
    toList(attributes)?.map(describeAttributes).join(' or '),
  ]
  return words.filter((word) => word !== undefined && word !== '').join(', ')
}

const namedTexts = [
  ['name', 'name'],
  ['queue', 'queue'],
  ['application', 'application'],
  ['version', 'version'],
  ['executorId', 'executor'],
  ['parentId', 'parent'],
  ['schedule', 'schedule'],
  ['user', 'user'],
  ['search', 'containing'],
  ['idPrefix', 'id beginning with'],
] as const

const namedTimes = [
  ['since', 'created since'],
  ['until', 'created before'],
  ['endedSince', 'ended since'],
  ['endedUntil', 'ended before'],
  ['dequeuedSince', 'dequeued since'],
] as const

function anyOf(word: string, asked: AnyOf<string> | undefined): string | undefined {
  const values = toList(asked)
  return values && `${word} ${values.length > 0 ? values.join(' or ') : '(none)'}`
}

function describeAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => `attribute ${name}=${JSON.stringify(value)}`)
    .join(', ')
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
