import type { Activity, CountOfName, EndedRange } from '../../core/metrics/activity.ts'
import { toStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { toText } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** Of each status: their names stand in no index, so that each costs a look at its row. */
const mostOfStatus = 200

export async function readActivity({ session, schema }: Database, range: EndedRange): Promise<Activity> {
  const w = workflowStatus.in(schema, 'w')
  // A union of what one index each finds, the partial ones of DBOS.
  const active = ['PENDING', 'ENQUEUED', 'DELAYED']
    .map(
      (status) => `(select ${w.name} as name, ${w.status} as status from ${w} where ${w.status} = '${status}'
      ${status === 'PENDING' ? `order by ${w.createdAt} desc` : ''} limit ${mostOfStatus})`,
    )
    .join(' union all ')
  const rows = await session.query(
    `select name, status, count(*) as count from (${active}) a group by name, status order by name collate "C", status`,
  )
  const ended = workflowStatus.isIn(schema, 'completedAt') && range.after < range.to
  const endedRows = ended
    ? await session.query(
        `select ${w.name} as name, ${w.status} as status, count(*) as count from ${w}
         where ${w.completedAt} > $1 and ${w.completedAt} <= $2
         group by ${w.name}, ${w.status} order by ${w.name} collate "C", ${w.status}`,
        [range.after.getTime(), range.to.getTime()],
      )
    : []
  return { active: rows.map(toCount), ended: endedRows.map(toCount) }
}

function toCount(row: Row): CountOfName {
  return { name: toText(row.name) ?? '', status: toStatus(row.status), count: Number(row.count) }
}
