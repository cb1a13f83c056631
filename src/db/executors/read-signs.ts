import type { ClientBase } from 'pg'
import { listening, sessionPrefix } from '../../core/dbos-names.ts'
import { isEligible, type Wanted } from '../../core/diagnosis/eligible-executors.ts'
import type { Row } from '../connection/connect.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { completeVersion, parseSessionName, type Query, readRegisteredVersions } from './read-sessions.ts'
import { isOfSchema, readSlots } from './read-slots.ts'

/** What the sessions that are there tell of who lives. */
export interface Signs {
  /** Some session may be of an executor that takes it. */
  readonly shows: (wanted: Wanted) => boolean
  /** Sessions that listen as executors do and tell no version: SDKs of other languages. */
  readonly doubts: readonly string[]
}

/** Each session for itself, also one that listens for nothing: several processes may go by one name. */
export async function readSigns(client: ClientBase, schema: SystemSchema): Promise<Signs> {
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
