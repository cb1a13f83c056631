import type { StepRange } from '../../core/step-range.ts'
import type { Step } from '../../core/workflow.ts'
import { operationOutputs, stepColumns, toStep } from '../tables/operation-outputs.ts'
import type { Database } from '../tables/system-database.ts'
import { selectPage } from './page.ts'

export async function readSteps(
  { session, schema }: Database,
  workflowId: string,
  { from, limit, last }: StepRange = {},
): Promise<Step[]> {
  const o = operationOutputs.in(schema, 'o')
  const all = `select ${stepColumns(o)} from ${o} where ${o.workflowId} = $1`
  if (last !== undefined) {
    const rows = await session.query(`${all} order by ${o.step} desc limit $2`, [workflowId, last])
    return rows.map(toStep).reverse()
  }
  if (limit === undefined) {
    const rows = await session.query(`${all} and ${o.step} >= $2 order by ${o.step}`, [workflowId, from ?? 0])
    return rows.map(toStep)
  }
  const rows = `${all} and ${o.step} >= $2`
  const page = selectPage({ rows, order: 'step', weighed: ['output', 'error'], limit })
  return (await session.query(page, [workflowId, from ?? 0])).map(toStep)
}

/** In the index alone. */
export async function countSteps({ session, schema }: Database, workflowId: string): Promise<number> {
  const o = operationOutputs.in(schema, 'o')
  const [row] = await session.query(`select count(*) as count from ${o} where ${o.workflowId} = $1`, [
    workflowId,
  ])
  return Number(row?.count ?? 0)
}
