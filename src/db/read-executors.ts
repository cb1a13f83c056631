import type { LiveExecutor } from '../core/situation.ts'
import type { Row, Session } from './connect.ts'
import { toText } from './rows.ts'
import type { SystemSchema } from './schema.ts'

export const sessionPrefix = 'dbos_transact_'
/** What executors of every language ask for, and no client does. */
export const listening = 'LISTEN dbos_'

/** Postgres cuts the name of a session after this many bytes. */
export const sessionNameBytes = 63

/**
 * The executors that are connected now: an executor, unlike a `DBOSClient`, has a session that listens. Undefined where this
 * role does not see the sessions of others.
 */
export async function readExecutors(
  session: Session,
  schema: SystemSchema,
): Promise<readonly LiveExecutor[] | undefined> {
  const sessions = await session.query(
    `select a.application_name as name, a.query, a.pid, a.backend_start as since, a.query_start as heard,
       host(a.client_addr) as address
     from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and (starts_with(a.application_name, $1) or starts_with(a.query, $2) or a.query = '<insufficient privilege>')`,
    [sessionPrefix, listening],
  )
  if (sessions.some(({ query }) => query === '<insufficient privilege>')) return undefined
  const versions = schema.has('application_versions', 'application_name')
    ? await session.query(
        `select version_name, application_name from ${schema.table('application_versions')}
         order by version_timestamp desc limit 1000`,
      )
    : []
  const named = sessions.filter(({ name }) => String(name).startsWith(sessionPrefix))
  const others = sessions.filter((session) => !named.includes(session))
  return [...groupByExecutor(named), ...groupByProcess(others)].map((executor) => {
    const version = executor.version || findVersion(executor.versionStart, versions)
    const application = findApplication(version || executor.versionStart, version !== '', versions)
    return { ...executor, version, application }
  })
}

type SeenExecutor = Omit<LiveExecutor, 'application'>

function groupByExecutor(sessions: readonly Row[]): SeenExecutor[] {
  const groups = new Map<string, SeenExecutor & { readonly listens: boolean }>()
  for (const { name, query, since, heard, address } of sessions) {
    const seen = parseSessionName(String(name))
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
  return [...groups.values()]
    .filter(({ listens, executorId }) => listens || isDrovers(executorId))
    .map(({ listens, ...executor }) => executor)
}

/** No client has such a name: it is an executor, also where DBOS found at launch that notifications do not arrive in time. */
function isDrovers(executorId: string): boolean {
  return executorId.startsWith('drover-')
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

/** `dbos_transact_<executorId>_<version>`; both may hold underscores, drover's own ids do not. */
function parseSessionName(name: string): Pick<SeenExecutor, 'executorId' | 'version' | 'versionStart'> {
  const rest = name.slice(sessionPrefix.length)
  const own = /^drover-[0-9a-f-]{36}/.exec(rest)?.[0]
  const split = own?.length ?? rest.lastIndexOf('_')
  const executorId = split < 0 ? rest : rest.slice(0, split)
  const versionStart = split < 0 ? '' : rest.slice(split + 1)
  const isCut = Buffer.byteLength(name) >= sessionNameBytes
  return { executorId, version: isCut ? '' : versionStart, versionStart }
}

/** Every executor registers its version, so the only one that begins so is the one it runs; else empty. */
function findVersion(versionStart: string, versions: readonly Row[]): string {
  if (versionStart === '') return ''
  const names = versions.map(({ version_name: version }) => String(version))
  const matching = new Set(names.filter((version) => version.startsWith(versionStart)))
  const [only = ''] = matching
  return matching.size === 1 ? only : ''
}

/** Of the version that it runs; where only its beginning is known, if all versions that begin so have the same one. */
function findApplication(versionStart: string, isWhole: boolean, versions: readonly Row[]): string | null {
  if (versionStart === '') return null
  const matching = versions.filter(({ version_name: version }) =>
    isWhole ? version === versionStart : String(version).startsWith(versionStart),
  )
  const applications = new Set(matching.map(({ application_name: application }) => toText(application)))
  const [application = null] = applications
  return applications.size === 1 ? application : null
}
