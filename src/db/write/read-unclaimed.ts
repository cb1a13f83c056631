import type { ClientBase } from 'pg'
import type { Wanted } from '../../core/diagnosis/eligible-executors.ts'
import type { UnclaimedVersion } from '../../core/diagnosis/recovery.ts'
import type { Row } from '../connection/connect.ts'
import { readSigns } from '../executors/read-signs.ts'
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
