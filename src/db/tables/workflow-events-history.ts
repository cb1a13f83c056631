import { defineTable } from './define-table.ts'

/** Every value that a workflow published, by the step that did. */
export const workflowEventsHistory = defineTable('workflow_events_history', {
  workflowId: 'workflow_uuid',
  step: 'function_id',
  key: 'key',
  value: 'value',
  serialization: 'serialization',
})
