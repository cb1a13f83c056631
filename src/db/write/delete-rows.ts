import type { ClientBase } from 'pg'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** Deletes workflows, with all that was recorded of them. */
export async function deleteRows(
  client: ClientBase,
  schema: SystemSchema,
  workflowIds: readonly string[],
): Promise<void> {
  const w = workflowStatus.in(schema, 'w')
  await client.query(`delete from ${w} where ${w.id} = any($1)`, [workflowIds])
  // These tables have no foreign key: what they hold would stay.
  for (const table of [workflowInput, workflowOutput, operationOutputs]) {
    if (!table.isIn(schema)) continue
    const p = table.in(schema, 'p')
    await client.query(`delete from ${p} where ${p.workflowId} = any($1)`, [workflowIds])
  }
}
