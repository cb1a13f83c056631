import type { ClientBase } from 'pg'
import type { UnclaimedVersion } from '../core/recovery.ts'
import type { Row } from './connect.ts'
import { listening, sessionNameBytes, sessionPrefix } from './read-executors.ts'
import { toDate, toFilledText } from './rows.ts'
import type { SystemSchema } from './schema.ts'

/** What waits for a version that no session can be of. */
export async function findUnclaimed(client: ClientBase, schema: SystemSchema): Promise<UnclaimedVersion[]> {
  const { rows } = await client.query<Row>(
    `select ${schema.column('workflow_status', 'application_name', 'w')} as application,
       w.application_version as version, count(*)::int as workflow_count, min(w.created_at) as since
     from ${schema.table('workflow_status')} w
     where w.status in ('ENQUEUED', 'DELAYED') and nullif(w.application_version, '') is not null
     group by 1, 2 order by since, version`,
  )
  if (rows.length === 0) return []
  const signs = await readSigns(client, schema)
  return rows
    .filter(({ version }) => !signs.shows(String(version)))
    .map((row) => ({
      application: toFilledText(row.application),
      version: String(row.version),
      workflowCount: Number(row.workflow_count),
      since: toDate(row.since),
      doubts: signs.doubts,
    }))
}

export async function isUnclaimed(
  client: ClientBase,
  schema: SystemSchema,
  version: string,
): Promise<boolean> {
  const { shows, doubts } = await readSigns(client, schema)
  return doubts.length === 0 && !shows(version)
}

interface Signs {
  /** Some session may be of an executor of this version. */
  readonly shows: (version: string) => boolean
  /** Sessions that listen as executors do and tell no version: SDKs of other languages. */
  readonly doubts: readonly string[]
}

/** Each session for itself, also one that listens for nothing: several processes may go by one name. */
async function readSigns(client: ClientBase, schema: SystemSchema): Promise<Signs> {
  const { rows: sessions } = await client.query<Row>(
    `select a.application_name as name, a.usename, count(*)::int as count from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and (starts_with(a.application_name, $1) or starts_with(a.query, $2))
     group by 1, 2 order by 1, 2`,
    [sessionPrefix, listening],
  )
  const registered = schema.has('application_versions')
    ? await client.query<Row>(`select version_name as version from ${schema.table('application_versions')}`)
    : { rows: [] }
  const versions = registered.rows.map(({ version }) => String(version))
  const named = sessions.map(({ name }) => String(name)).filter((name) => name.startsWith(sessionPrefix))
  return {
    shows: (version) => named.some((name) => mayRun(name, version, versions)),
    doubts: sessions
      .filter(({ name }) => !String(name).startsWith(sessionPrefix))
      .map(({ name, usename, count }) => `${name || '(no name)'} of ${usename} (${count})`),
  }
}

/** `dbos_transact_<executorId>_<version>`, cut off after some bytes; both may hold underscores. */
function mayRun(name: string, version: string, versions: readonly string[]): boolean {
  if (Buffer.byteLength(name) < sessionNameBytes) return name.endsWith(`_${version}`)
  const own = /^drover-[0-9a-f-]{36}_/.exec(name.slice(sessionPrefix.length))?.[0]
  const start = own ? name.slice(sessionPrefix.length + own.length) : name.slice(name.lastIndexOf('_') + 1)
  const isStart = own !== undefined || versions.some((one) => one.startsWith(start))
  // What begins no version that there is, is still the executor's id: it may run any.
  return !isStart || version.startsWith(start)
}
