import type { TestDatabase } from './database.ts'

/** The queue, the version and the schedule of the example store. */
export async function seedPlatform(database: TestDatabase): Promise<void> {
  await database.query(
    `insert into dbos.queues (name, polling_interval_sec, application_name) values ('mails', 1, 'example')`,
  )
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, version_timestamp, application_name)
     values ('v1', 'v1', 1, 'example')`,
  )
  await database.query(
    `insert into dbos.workflow_schedules (schedule_id, schedule_name, workflow_name, schedule, context, status, application_name)
     values ('nightly', 'nightly', 'orderWorkflow', '0 0 3 * * *', '{"json":null,"__dbos_serializer":"superjson"}', 'ACTIVE', 'example')`,
  )
}
