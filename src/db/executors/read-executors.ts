import { isOwnExecutor, listening, sessionPrefix } from '../../core/dbos-names.ts'
import type { LiveExecutor } from '../../core/diagnosis/situation.ts'
import type { Row } from '../connection/connect.ts'
import { toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import {
  completeVersion,
  parseSessionName,
  type RegisteredVersion,
  readRegisteredVersions,
} from './read-sessions.ts'
import { isOfSchema, readSlots, type Slot } from './read-slots.ts'

/** Who is connected, and how drover's own can be asked. */
export interface SeenExecutors {
  readonly executors: readonly LiveExecutor[]
  readonly slots: readonly Slot[]
}

/**
 * The executors that are connected now: an executor, unlike a `DBOSClient`, has a session that listens. Undefined where this
 * role does not see the sessions of others, and on a replica, where they are not.
 */
export async function readExecutors({ session, schema }: Database): Promise<SeenExecutors | undefined> {
  if (schema.isReplica) return undefined
  const sessions = await session.query(
    `select a.application_name as name, a.query, a.pid, a.backend_start as since, a.query_start as heard,
       host(a.client_addr) as address
     from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and (starts_with(a.application_name, $1) or starts_with(a.query, $2) or a.query = '<insufficient privilege>')`,
    [sessionPrefix, listening],
  )
  if (sessions.some(({ query }) => query === '<insufficient privilege>')) return undefined
  const registered = await readRegisteredVersions(session.query, schema)
  const named = sessions.filter(({ name }) => String(name).startsWith(sessionPrefix))
  const others = sessions.filter((session) => !named.includes(session))
  const slots = named.some(({ name }) => isOwnExecutor(String(name).slice(sessionPrefix.length)))
    ? await readSlots(session.query, schema)
    : []
  const executors = [...groupByExecutor(named, registered), ...groupByProcess(others)].flatMap((executor) => {
    const slot = slots.find(({ executorId }) => executorId === executor.executorId)
    if (slot && !isOfSchema(slot, schema)) return []
    return [{ ...executor, ...identify(executor, slot, registered), registration: null }]
  })
  return { executors, slots: slots.filter((slot) => isOfSchema(slot, schema)) }
}

type SeenExecutor = Omit<LiveExecutor, 'application' | 'candidateVersions' | 'registration'>

function identify(
  executor: SeenExecutor,
  slot: Slot | undefined,
  registered: readonly RegisteredVersion[],
): Pick<LiveExecutor, 'application' | 'version' | 'candidateVersions'> {
  const { application, ...found } =
    executor.recognisedBy === 'listening'
      ? { version: '', candidateVersions: null, application: null }
      : completeVersion({ ...executor, version: slot?.version || executor.version }, registered)
  return { ...found, application: slot?.application ?? application }
}

function groupByExecutor(sessions: readonly Row[], registered: readonly RegisteredVersion[]): SeenExecutor[] {
  const groups = new Map<string, SeenExecutor & { readonly listens: boolean }>()
  for (const { name, query, since, heard, address } of sessions) {
    const seen = parseSessionName(String(name), registered)
    const known = groups.get(seen.executorId)
    groups.set(seen.executorId, {
      executorId: seen.executorId,
      // Sessions that were opened before the version was computed carry none.
      version: known?.version || seen.version,
      versionStart: known?.versionStart || seen.versionStart,
      since: earlier(known?.since, since as Date),
      heardAt: later(known?.heardAt, (heard ?? since) as Date),
      address: known?.address ?? toText(address),
      recognisedBy: 'name',
      listens: (known?.listens ?? false) || String(query).startsWith(listening),
    })
  }
  return (
    [...groups.values()]
      // No client has the name of one of drover's own: it is one also where DBOS found that notifications do not arrive in time.
      .filter(({ listens, executorId }) => listens || isOwnExecutor(executorId))
      .map(({ listens, ...executor }) => executor)
  )
}

/** SDKs of other languages name their sessions otherwise; which of them are of one process cannot be told. */
function groupByProcess(sessions: readonly Row[]): SeenExecutor[] {
  return sessions.map(({ pid, since, heard, address }) => ({
    executorId: `session ${pid}`,
    version: '',
    versionStart: '',
    since: since as Date,
    heardAt: (heard ?? since) as Date,
    address: toText(address),
    recognisedBy: 'listening',
  }))
}

function earlier(known: Date | undefined, other: Date): Date {
  return known && known < other ? known : other
}

function later(known: Date | undefined, other: Date): Date {
  return known && known > other ? known : other
}
