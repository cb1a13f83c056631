import type { Situation } from '../../../core/diagnosis/situation.ts'
import { operationOutputs, stepColumns, toStep } from '../../tables/operation-outputs.ts'
import type { Database } from '../../tables/system-database.ts'

/** How far back to look for steps that failed. */
const recentSteps = 200
/** Of more the number of the last one is near enough. */
const countedSteps = 10_000

type Progress = Pick<Situation, 'stepCount' | 'lastStep' | 'failedStep' | 'failedStepCount'>

const none: Progress = { stepCount: 0, lastStep: null, failedStep: null, failedStepCount: 0 }

/** How far each has come; of a long history only what is near its end tells where it stands. */
export async function readProgress(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<(workflowId: string) => Progress> {
  const o = operationOutputs.in(schema, 'o')
  const last = await session.query(
    `select own.id, last.*,
       case when last.step < ${countedSteps} then (select count(*) from ${o} where ${o.workflowId} = own.id)
         else last.step + 1 end as count
     from unnest($1::text[]) as own(id)
     cross join lateral (
       select ${stepColumns(o)} from ${o} where ${o.workflowId} = own.id order by ${o.step} desc limit 1
     ) last`,
    [workflowIds],
  )
  if (last.length === 0) return () => none
  const failed = await session.query(
    `select own.id, failed.* from unnest($1::text[], $2::int[]) as own(id, after)
     cross join lateral (
       select ${stepColumns(o)}, count(*) over () as count from ${o}
       where ${o.workflowId} = own.id and ${o.step} > own.after and ${o.error} is not null
       order by ${o.step} desc limit 1
     ) failed`,
    [last.map(({ id }) => id), last.map(({ step }) => Number(step) - recentSteps)],
  )
  const failedOf = new Map(failed.map((row) => [String(row.id), row]))
  const found = new Map(
    last.map((row): readonly [string, Progress] => {
      const id = String(row.id)
      const failure = failedOf.get(id)
      return [
        id,
        {
          stepCount: Number(row.count),
          lastStep: toStep(row),
          failedStep: failure ? toStep(failure) : null,
          failedStepCount: Number(failure?.count ?? 0),
        },
      ]
    }),
  )
  return (workflowId) => found.get(workflowId) ?? none
}
