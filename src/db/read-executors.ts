import type { Executor } from '../core/workflow.ts'
import type { Row, Session } from './connect.ts'
import { toText } from './rows.ts'
import type { SystemSchema } from './schema.ts'

const sessionPrefix = 'dbos_transact_'

/** Postgres cuts the name of a session after this many bytes. */
const sessionNameBytes = 63

/**
 * The executors that are connected now: an executor, unlike a `DBOSClient`, has a session that listens. Undefined where this
 * role does not see the sessions of others.
 */
export async function readExecutors(
  session: Session,
  schema: SystemSchema,
): Promise<readonly Executor[] | undefined> {
  const sessions = await session.query(
    `select a.application_name as name, a.query, a.backend_start as since from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and (starts_with(a.application_name, $1) or a.query = '<insufficient privilege>')`,
    [sessionPrefix],
  )
  if (sessions.some(({ query }) => query === '<insufficient privilege>')) return undefined
  const versions = schema.has('application_versions', 'application_name')
    ? await session.query(
        `select version_name, application_name from ${schema.table('application_versions')}
         order by version_timestamp desc limit 1000`,
      )
    : []
  const executors = groupByExecutor(sessions)
  return executors.map(({ versionStart, ...executor }) => ({
    ...executor,
    application: findApplication(versionStart, executor.version !== '', versions),
  }))
}

interface SeenExecutor extends Omit<Executor, 'application'> {
  /** What is left of the version in the name of its sessions. */
  readonly versionStart: string
}

function groupByExecutor(sessions: readonly Row[]): SeenExecutor[] {
  const groups = new Map<string, SeenExecutor & { readonly listens: boolean }>()
  for (const { name, query, since } of sessions) {
    const seen = parseSessionName(String(name))
    const known = groups.get(seen.executorId)
    const start = since as Date
    groups.set(seen.executorId, {
      executorId: seen.executorId,
      // Sessions that were opened before the version was computed carry none.
      version: known?.version || seen.version,
      versionStart: known?.versionStart || seen.versionStart,
      since: known && known.since < start ? known.since : start,
      listens: (known?.listens ?? false) || String(query).startsWith('LISTEN dbos_'),
    })
  }
  return [...groups.values()].filter(({ listens }) => listens).map(({ listens, ...executor }) => executor)
}

/** `dbos_transact_<executorId>_<version>`; both may hold underscores, drover's own ids do not. */
function parseSessionName(name: string): Omit<SeenExecutor, 'since'> {
  const rest = name.slice(sessionPrefix.length)
  const own = /^drover-[0-9a-f-]{36}/.exec(rest)?.[0]
  const split = own?.length ?? rest.lastIndexOf('_')
  const executorId = split < 0 ? rest : rest.slice(0, split)
  const versionStart = split < 0 ? '' : rest.slice(split + 1)
  const isCut = Buffer.byteLength(name) >= sessionNameBytes
  return { executorId, version: isCut ? '' : versionStart, versionStart }
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
