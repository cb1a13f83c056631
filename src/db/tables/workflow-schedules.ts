import { defineTable } from './define-table.ts'

/** What is to start at certain times. */
export const workflowSchedules = defineTable(
  'workflow_schedules',
  { name: 'schedule_name', workflow: 'workflow_name', cron: 'schedule', status: 'status' },
  {
    timezone: 'cron_timezone',
    application: 'application_name',
    queue: 'queue_name',
    lastFired: 'last_fired_at',
    automaticBackfill: 'automatic_backfill',
    className: 'workflow_class_name',
    context: 'context',
  },
)
