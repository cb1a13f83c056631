import { defineTable } from './define-table.ts'

/** The values of streams in order; a mark closes one. */
export const streams = defineTable('streams', {
  workflowId: 'workflow_uuid',
  key: 'key',
  offset: 'offset',
  value: 'value',
  serialization: 'serialization',
  step: 'function_id',
})
