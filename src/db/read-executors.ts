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
  const versions = schema.has('application_versions')
    ? `(select ${schema.column('application_versions', 'application_name', 'v')}
        from ${schema.table('application_versions')} v where v.version_name = s.version limit 1)`
    : 'null'
  const rows = await session.query(
    `with seen as (
       select a.application_name as name, a.query like 'LISTEN dbos\\_%' as listens, a.backend_start,
         regexp_replace(a.application_name, '^.*_', '') as version
       from pg_stat_activity a
       where a.datname = current_database() and a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
     )
     select s.*, ${versions} as application,
       not pg_has_role(current_user, 'pg_read_all_stats', 'usage')
         and exists(select 1 from seen where name is null or name = '') as hidden
     from seen s where s.name like 'dbos\\_transact\\_%'
     union all
     select null, false, null, null, null, not pg_has_role(current_user, 'pg_read_all_stats', 'usage')
       and exists(select 1 from pg_stat_activity where datname = current_database() and query = '<insufficient privilege>')`,
  )
  if (rows.some(({ hidden }) => hidden === true)) return undefined
  return groupByExecutor(rows.filter(({ name }) => name !== null))
}

function groupByExecutor(rows: readonly Row[]): Executor[] {
  const executors = new Map<string, Executor & { readonly listens: boolean }>()
  for (const row of rows) {
    const { executorId, version } = parseSessionName(String(row.name))
    const known = executors.get(executorId)
    const since = row.backend_start as Date
    executors.set(executorId, {
      executorId,
      // Sessions that were opened before the version was computed carry none.
      version: known?.version || version,
      application: known?.application ?? toText(row.application),
      since: known && known.since < since ? known.since : since,
      listens: row.listens === true || (known?.listens ?? false),
    })
  }
  return [...executors.values()].filter(({ listens }) => listens).map(({ listens, ...executor }) => executor)
}

/** `dbos_transact_<executorId>_<version>`; both may hold underscores, but drover's own ids and hashes do not. */
function parseSessionName(name: string): { executorId: string; version: string } {
  const rest = name.slice(sessionPrefix.length)
  const own = /^(drover-[0-9a-f-]{36})_?(.*)$/.exec(rest)
  const split = rest.lastIndexOf('_')
  const [executorId, version] = own
    ? [own[1] ?? '', own[2] ?? '']
    : split < 0
      ? [rest, '']
      : [rest.slice(0, split), rest.slice(split + 1)]
  return { executorId, version: Buffer.byteLength(name) >= sessionNameBytes ? '' : version }
}
