import { CliError } from '../errors.ts'
import { command } from '../words/command-line.ts'
import { parseDuration } from '../words/duration.ts'
import { parseTime } from '../words/time.ts'
import type { KnownStatus } from '../workflow.ts'
import { parseAttributes, requireRange, type WorkflowFilter } from './workflow-filter.ts'

/** A filter as it is typed, in a command line or in a query: times and durations are text, and of several values any will do. */
export interface TypedFilter {
  readonly status?: readonly KnownStatus[]
  readonly name?: readonly string[]
  readonly queue?: readonly string[]
  readonly application?: readonly string[]
  readonly version?: readonly string[]
  readonly executor?: readonly string[]
  readonly parent?: readonly string[]
  readonly schedule?: readonly string[]
  readonly user?: readonly string[]
  readonly search?: readonly string[]
  readonly attr?: readonly string[]
  readonly idPrefix?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly endedSince?: string
  readonly endedUntil?: string
  readonly dequeuedSince?: string
  readonly longerThan?: string
  readonly hasParent?: boolean
  readonly roots?: boolean
  readonly isFork?: boolean
}

/** Undefined where nothing narrows. Throws `invalid-argument`. */
export function readFilter(typed: TypedFilter, now: Date): WorkflowFilter | undefined {
  const { status, name, queue, application, version, schedule, user, search, idPrefix } = typed
  const time = (text: string | undefined) => (text === undefined ? undefined : parseTime(text, now))
  const filter: WorkflowFilter = {
    ...{ status, name, queue, application, version, schedule, user, search, idPrefix },
    executorId: typed.executor,
    parentId: typed.parent,
    since: time(typed.since),
    until: time(typed.until),
    endedSince: time(typed.endedSince),
    endedUntil: time(typed.endedUntil),
    dequeuedSince: time(typed.dequeuedSince),
    longerThanMs: typed.longerThan === undefined ? undefined : parseDuration(typed.longerThan),
    hasParent: hasParent(typed),
    isFork: typed.isFork || undefined,
    attributes: typed.attr === undefined ? undefined : parseAttributes(typed.attr),
  }
  requireRange(filter)
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined
}

function hasParent({ hasParent: isChild = false, roots = false }: TypedFilter): boolean | undefined {
  if (isChild && roots) {
    throw new CliError('usage', '--roots and --has-parent exclude each other.', {
      hint: command('list', [], { '--roots': true }),
    })
  }
  if (isChild) return true
  return roots ? false : undefined
}
