import type { ClientBase } from 'pg'
import { listening, sessionPrefix } from '../../core/dbos-names.ts'
import { isEligible, type Wanted } from '../../core/diagnosis/eligible-executors.ts'
import type { UnclaimedVersion } from '../../core/diagnosis/recovery.ts'
import type { Row } from '../connection/connect.ts'
import {
  completeVersion,
  parseSessionName,
  type Query,
  readRegisteredVersions,
} from '../executors/read-sessions.ts'
import { isOfSchema, readSlots } from '../executors/read-slots.ts'
import { pick } from '../tables/define-table.ts'
import { toDate, toFilledText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** What waits for a version that no session can be of. */
export async function findUnclaimed(client: ClientBase, schema: SystemSchema): Promise<UnclaimedVersion[]> {
  const w = workflowStatus.in(schema, 'w')
  // Each part as one of the partial indexes has it.
  const waiting = (status: string) =>
    `select ${pick(w, ['application', 'version'])}, ${w.createdAt} as created from ${w}
     where ${w.status} = '${status}' and nullif(${w.version}, '') is not null`
  const { rows } = await client.query<Row>(
    `select application, version, count(*)::int as workflow_count, min(created) as since
     from (${waiting('ENQUEUED')} union all ${waiting('DELAYED')}) waiting
     group by 1, 2 order by since, version`,
  )
  if (rows.length === 0) return []
  const signs = await readSigns(client, schema)
  return rows
    .map((row) => ({
      application: toFilledText(row.application),
      version: String(row.version),
      workflowCount: Number(row.workflow_count),
      since: toDate(row.since),
      doubts: signs.doubts,
    }))
    .filter((waiting) => !signs.shows(waiting))
}

export async function isUnclaimed(
  client: ClientBase,
  schema: SystemSchema,
  wanted: Wanted,
): Promise<boolean> {
  const { shows, doubts } = await readSigns(client, schema)
  return doubts.length === 0 && !shows(wanted)
}

interface Signs {
  /** Some session may be of an executor that takes it. */
  readonly shows: (wanted: Wanted) => boolean
  /** Sessions that listen as executors do and tell no version: SDKs of other languages. */
  readonly doubts: readonly string[]
}

/** Each session for itself, also one that listens for nothing: several processes may go by one name. */
async function readSigns(client: ClientBase, schema: SystemSchema): Promise<Signs> {
  const query: Query = async (sql, parameters) => (await client.query<Row>(sql, parameters.slice())).rows
  const sessions = await query(
    `select a.application_name as name, a.usename, count(*)::int as count from pg_stat_activity a
     where a.datname = current_database() and a.pid <> pg_backend_pid()
       and (starts_with(a.application_name, $1) or starts_with(a.query, $2))
     group by 1, 2 order by 1, 2`,
    [sessionPrefix, listening],
  )
  const registered = await readRegisteredVersions(query, schema)
  const slots = await readSlots(query, schema)
  const named = sessions.map(({ name }) => String(name)).filter((name) => name.startsWith(sessionPrefix))
  const signs = named.flatMap((name) => {
    const seen = parseSessionName(name, registered)
    const slot = slots.find(({ executorId }) => executorId === seen.executorId)
    if (slot && !isOfSchema(slot, schema)) return []
    const completed = completeVersion({ ...seen, version: slot?.version || seen.version }, registered)
    return [{ ...seen, ...completed, application: slot?.application ?? completed.application }]
  })
  return {
    shows: (wanted) => signs.some((sign) => isEligible(sign, wanted)),
    doubts: sessions
      .filter(({ name }) => !String(name).startsWith(sessionPrefix))
      .map(({ name, usename, count }) => `${name || '(no name)'} of ${usename} (${count})`),
  }
}
