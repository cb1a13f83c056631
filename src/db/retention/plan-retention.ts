import type { WorkflowWeight } from '../../core/manage/manage.ts'
import type { RetentionPlan, RetentionQuery } from '../../core/manage/retention.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { weigh } from '../write/manage-workflows.ts'
import { endedKinds, isNobodysChild } from './ended-workflows.ts'

/** From either end of those that go: what they weigh stands for all. */
const weighed = 500

export async function planRetention(
  database: Database,
  { keep, endedBefore }: RetentionQuery,
): Promise<RetentionPlan> {
  const { session, schema } = database
  const w = workflowStatus.in(schema, 'w')
  const counts = endedKinds(schema).map(({ isEnded }) => `(select count(*) from ${w} where ${isEnded})`)
  const [total] = await session.query(`select ${counts.join(' + ')} as count`)
  const ended = Number(total?.count)
  const boundary = await findBoundary(database, { keep, endedBefore })
  const none = { boundary: null, workflows: 0, ended, oldestAt: null, weight: nothing, isEstimate: false }
  if (boundary === null) return none
  const parts = endedKinds(schema).map(
    ({ column, isEnded }) =>
      `select count(*) as count, min(${column}) as oldest from ${w}
       where ${isEnded} and ${column} < $1 and ${isNobodysChild(schema)}`,
  )
  const [found] = await session.query(
    `select sum(count)::bigint as count, min(oldest) as oldest from (${parts.join(' union all ')}) going`,
    [boundary.getTime()],
  )
  const workflows = Number(found?.count ?? 0)
  const sample = await readSample(database, boundary)
  const weight = await weigh(database, sample)
  return {
    boundary,
    workflows,
    ended,
    oldestAt: workflows === 0 ? null : dateOfMs(found?.oldest as string),
    weight: scaled(weight, workflows / Math.max(1, sample.length)),
    isEstimate: workflows > sample.length,
  }
}

/** When the last of those ended that stay by their number, or the time that was given, whichever is earlier. */
async function findBoundary(
  { session, schema }: Database,
  { keep, endedBefore }: RetentionQuery,
): Promise<Date | null> {
  if (keep === 0) return endedBefore
  const w = workflowStatus.in(schema, 'w')
  let left = keep
  for (const { column, isEnded } of endedKinds(schema)) {
    const [row] = await session.query(
      `select ${column} as at from ${w} where ${isEnded} order by ${column} desc offset $1 limit 1`,
      [left - 1],
    )
    if (row) return dateOfMs(Math.min(Number(row.at), endedBefore.getTime()))
    const [counted] = await session.query(`select count(*) as count from ${w} where ${isEnded}`)
    left -= Number(counted?.count)
  }
  return null
}

async function readSample({ session, schema }: Database, boundary: Date): Promise<string[]> {
  const w = workflowStatus.in(schema, 'w')
  const parts = endedKinds(schema).flatMap(({ column, isEnded }) =>
    ['asc', 'desc'].map(
      (order) =>
        `(select ${w.id} as id from ${w} where ${isEnded} and ${column} < $1 and ${isNobodysChild(schema)}
          order by ${column} ${order} limit ${weighed})`,
    ),
  )
  const rows = await session.query(`select distinct id from (${parts.join(' union all ')}) sample`, [
    boundary.getTime(),
  ])
  return rows.map(({ id }) => String(id))
}

const nothing: WorkflowWeight = { steps: 0, streamValues: 0, messages: 0, payloadBytes: 0 }

function scaled(
  { steps, streamValues, messages, payloadBytes }: WorkflowWeight,
  share: number,
): WorkflowWeight {
  return {
    steps: Math.round(steps * share),
    streamValues: Math.round(streamValues * share),
    messages: Math.round(messages * share),
    payloadBytes: Math.round(payloadBytes * share),
  }
}
