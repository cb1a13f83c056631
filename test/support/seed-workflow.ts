import { isEnded } from '../../src/core/workflow.ts'
import type { TestDatabase } from './database.ts'
import { type FakeWorkflow, toRows } from './fake-workflow.ts'

/** Writes the rows that DBOS would have left of this workflow into the system tables. */
export async function seedWorkflow(database: TestDatabase, fake: FakeWorkflow): Promise<void> {
  const { workflow, parentId, attributes, schedule, user, partition, ...did } = toRows(fake)
  const { steps, events, streams, messages } = did
  const id = workflow.workflowId
  await insert(database, 'workflow_status', {
    workflow_uuid: id,
    status: workflow.status,
    name: workflow.name,
    class_name: workflow.className,
    config_name: workflow.configName,
    queue_name: workflow.queue,
    queue_partition_key: partition,
    application_name: workflow.application,
    application_version: workflow.version,
    executor_id: workflow.executorId ?? '',
    created_at: workflow.createdAt.getTime(),
    updated_at: workflow.createdAt.getTime(),
    started_at_epoch_ms: workflow.startedAt?.getTime() ?? null,
    completed_at: workflow.completedAt?.getTime() ?? null,
    recovery_attempts: workflow.recoveryAttempts,
    parent_workflow_id: parentId,
    attributes: attributes && JSON.stringify(attributes),
    schedule_name: schedule,
    authenticated_user: user,
    serialization: 'portable_json',
  })
  await insert(database, 'workflow_input', {
    workflow_uuid: id,
    inputs: JSON.stringify({ positionalArgs: workflow.input }),
  })
  if (isEnded(workflow.status)) {
    await insert(database, 'workflow_output', {
      workflow_uuid: id,
      output: workflow.status === 'SUCCESS' ? JSON.stringify(workflow.output) : null,
      error: workflow.error ? JSON.stringify(workflow.error) : null,
    })
  }
  for (const step of steps) {
    await insert(database, 'operation_outputs', {
      workflow_uuid: id,
      function_id: step.step,
      function_name: step.name,
      output: step.error ? null : JSON.stringify(step.output),
      error: step.error ? JSON.stringify(step.error) : null,
      child_workflow_id: step.childId,
      started_at_epoch_ms: step.startedAt?.getTime() ?? null,
      completed_at_epoch_ms: step.completedAt?.getTime() ?? null,
      serialization: 'portable_json',
    })
  }
  for (const event of events) {
    const row = {
      workflow_uuid: id,
      key: event.key,
      value: JSON.stringify(event.value),
      serialization: 'portable_json',
    }
    await insert(database, 'workflow_events_history', { ...row, function_id: event.step })
    await database.query('delete from dbos.workflow_events where workflow_uuid = $1 and key = $2', [
      id,
      event.key,
    ])
    await insert(database, 'workflow_events', row)
  }
  for (const { step, key, offset, value } of streams) {
    await insert(database, 'streams', {
      workflow_uuid: id,
      key,
      offset,
      function_id: step,
      value: value === undefined ? '"__DBOS_STREAM_CLOSED__"' : JSON.stringify(value),
      serialization: 'portable_json',
    })
  }
  for (const message of messages) {
    await insert(database, 'notifications', {
      message_uuid: message.messageId,
      destination_uuid: id,
      topic: message.topic ?? '__null__topic__',
      message: JSON.stringify(message.message),
      serialization: 'portable_json',
      created_at_epoch_ms: message.sentAt.getTime(),
      consumed: message.read,
      consumed_by_function_id: message.readByStep,
    })
  }
}

async function insert(database: TestDatabase, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row)
  await database.query(
    `insert into dbos.${table} (${columns.map((column) => `"${column}"`).join(', ')})
     values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  )
}
