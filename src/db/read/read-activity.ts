import type { ClientBase } from 'pg'
import type { Activity, CountOfName, EndedRange } from '../../core/metrics/activity.ts'
import { type ActiveGroup, countNames, countQueues, sumOf } from '../../core/metrics/count-active.ts'
import { toStatus } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { listLifeless } from '../executors/dead-executors.ts'
import { readSigns } from '../executors/read-signs.ts'
import { seeSessions } from '../executors/see-sessions.ts'
import { pick } from '../tables/define-table.ts'
import { queues } from '../tables/registered-queues.ts'
import { toDate, toFilledText, toText } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { selectOpenWaits } from './select-open-waits.ts'

/** All that is active in one pass over its rows, with what of it waits, and what ended by its index. */
export function readActivity({ session, schema }: Database, range: EndedRange): Promise<Activity> {
  return session.transaction(async (client) => {
    const { groups, waits } = await readActive(client, schema)
    return {
      active: countNames(groups),
      ended: await readEnded(client, schema, range),
      queues: countQueues(groups, await listRegistered(client, schema)),
      waits,
      left: await countLeft(client, schema, groups),
    }
  })
}

interface Active extends Pick<Activity, 'waits'> {
  readonly groups: readonly ActiveGroup[]
}

async function readActive(client: ClientBase, schema: SystemSchema): Promise<Active> {
  const w = workflowStatus.in(schema, 'w')
  const grouped = ['name', 'status', 'queue', 'executorId', 'application', 'version'] as const
  const columns = [...grouped, 'createdAt'] as const
  const words = grouped.map((column) => `"${column}"`).join(', ')
  // Each part as one of the partial indexes of DBOS has it; who is DELAYED waits for no answer.
  const part = (statuses: string) => `from ${w} where ${w.status} in (${statuses})`
  const { rows } = await client.query<Row>(
    `with ${selectOpenWaits(schema, `select ${pick(w, ['id', ...columns])} ${part(`'PENDING', 'ENQUEUED'`)}`)},
     waiting as (select count(*) as open, min(since) as since from open_waits)
     select ${words}, count(*) as count, min("createdAt") as oldest, open, since
     from (select ${words}, "createdAt" from active union all select ${pick(w, columns)} ${part(`'DELAYED'`)}) active
     cross join waiting
     group by ${words}, open, since`,
  )
  return {
    groups: rows.map((row) => ({
      ...toCount(row),
      queue: toFilledText(row.queue),
      executorId: toText(row.executorId),
      application: toFilledText(row.application),
      version: toFilledText(row.version),
      oldestAt: toDate(row.oldest),
    })),
    waits: { open: Number(rows[0]?.open ?? 0), oldestSince: toDate(rows[0]?.since) },
  }
}

async function readEnded(
  client: ClientBase,
  schema: SystemSchema,
  { after, to }: EndedRange,
): Promise<readonly CountOfName[]> {
  if (!workflowStatus.isIn(schema, 'completedAt') || after >= to) return []
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query<Row>(
    `select ${pick(w, ['name', 'status'])}, count(*) as count from ${w}
     where ${w.completedAt} > $1 and ${w.completedAt} <= $2
     group by ${w.name}, ${w.status} order by ${w.name} collate "C", ${w.status}`,
    [after.getTime(), to.getTime()],
  )
  return rows.map(toCount)
}

async function listRegistered(client: ClientBase, schema: SystemSchema): Promise<readonly string[]> {
  if (!queues.isIn(schema)) return []
  const q = queues.in(schema, 'q')
  const { rows } = await client.query<Row>(`select ${pick(q, ['name'])} from ${q}`)
  return rows.map(({ name }) => String(name))
}

/** As `scanExecutors` finds them. */
async function countLeft(
  client: ClientBase,
  schema: SystemSchema,
  groups: readonly ActiveGroup[],
): Promise<Activity['left']> {
  if ((await seeSessions(client)).obstacle !== null) return null
  const running = groups.filter(({ status, executorId }) => status === 'PENDING' && executorId !== null)
  const gone = await listLifeless(client, [...new Set(running.map(({ executorId }) => executorId ?? ''))])
  const waiting = groups.filter(({ status, version }) => status !== 'PENDING' && version !== null)
  const signs = waiting.length > 0 ? await readSigns(client, schema) : undefined
  return {
    orphaned: sumOf(running.filter(({ executorId }) => gone.has(executorId ?? ''))),
    unclaimed: sumOf(waiting.filter((group) => !signs?.shows(group))),
  }
}

function toCount(row: Row): CountOfName {
  return { name: toText(row.name) ?? '', status: toStatus(row.status), count: Number(row.count) }
}
