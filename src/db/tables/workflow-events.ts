import { defineTable } from './define-table.ts'

/** The latest value of each key that a workflow published. */
export const workflowEvents = defineTable('workflow_events', {
  workflowId: 'workflow_uuid',
  key: 'key',
  value: 'value',
  serialization: 'serialization',
})
