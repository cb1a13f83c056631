import type { Step } from '../../core/workflow.ts'
import { operationOutputs, stepColumns, toStep } from '../tables/operation-outputs.ts'
import type { Database } from '../tables/system-database.ts'

export async function readSteps({ session, schema }: Database, workflowId: string): Promise<Step[]> {
  const o = operationOutputs.in(schema, 'o')
  const rows = await session.query(
    `select ${stepColumns(o)} from ${o} where ${o.workflowId} = $1 order by ${o.step}`,
    [workflowId],
  )
  return rows.map(toStep)
}
