import { defineTable } from './define-table.ts'

/** The arguments of a workflow; before SDK 5.0 they are in its row. */
export const workflowInput = defineTable('workflow_input', { workflowId: 'workflow_uuid', inputs: 'inputs' })
