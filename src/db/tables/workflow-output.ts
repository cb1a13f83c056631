import { defineTable } from './define-table.ts'

/** The result of a workflow that ended; before SDK 5.0 it is in its row. */
export const workflowOutput = defineTable('workflow_output', {
  workflowId: 'workflow_uuid',
  output: 'output',
  error: 'error',
})
