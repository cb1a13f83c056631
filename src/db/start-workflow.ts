import type { ClientBase } from 'pg'
import { CliError } from '../core/errors.ts'
import type { StartRequest } from '../core/store.ts'
import type { Session } from './connect.ts'
import { createDbosClient } from './dbos-client.ts'
import type { SystemSchema } from './schema.ts'

export async function startWorkflow(
  session: Session,
  schema: SystemSchema,
  request: StartRequest,
): Promise<'started' | 'existing'> {
  return session.transaction(async (client) => {
    const { rows } = await client.query(
      `select 1 from ${schema.table('workflow_status')} where workflow_uuid = $1`,
      [request.workflowId],
    )
    if (rows.length > 0) return 'existing'
    // The client of our SDK writes a column that came with migration 123.
    return schema.has('workflow_status', 'creator_xid')
      ? enqueue(client, session, request)
      : enqueueBySql(client, schema, request)
  })
}

async function enqueue(
  client: ClientBase,
  session: Session,
  request: StartRequest,
): Promise<'started' | 'existing'> {
  const dbos = await createDbosClient(session.target)
  try {
    await dbos.enqueueInTransaction(
      client,
      {
        workflowID: request.workflowId,
        workflowName: request.name,
        queueName: request.queue,
        workflowIDReusePolicy: 'reject',
        ...(request.className !== undefined && { workflowClassName: request.className }),
        ...(request.configName !== undefined && { workflowConfigName: request.configName }),
        ...(request.version !== undefined && { appVersion: request.version }),
        ...(request.application !== undefined && { applicationName: request.application }),
      },
      ...request.args,
    )
    return 'started'
  } catch (error) {
    // Somebody else was a moment faster with the same id.
    const { Error: failures } = await import('@dbos-inc/dbos-sdk')
    if (failures.isWorkflowIDInUseError(error)) return 'existing'
    throw error
  }
}

/** The SQL function that DBOS leaves in its schema for this; it writes portable JSON. */
async function enqueueBySql(
  client: ClientBase,
  schema: SystemSchema,
  request: StartRequest,
): Promise<'started'> {
  if (!schema.hasEnqueueFunction) {
    throw new CliError('schema-unsupported', 'These DBOS tables are too old to start a workflow in.', {
      hint: 'start it in its application, and watch it with drover watch ID',
    })
  }
  const args = request.args.map((argument) => JSON.stringify(argument))
  const named: [name: string, value: unknown][] = [
    ['class_name', request.className],
    ['config_name', request.configName],
    ['app_version', request.version],
    ...(schema.has('workflow_status', 'application_name')
      ? ([['application_name', request.application]] as [string, unknown][])
      : []),
  ]
  const given = named.filter(([, value]) => value !== undefined)
  const settings = given.map(([name], index) => `, ${name} => $${index + 5}`).join('')
  await client.query(
    `select ${schema.table('enqueue_workflow')}(workflow_name => $1, queue_name => $2,
       positional_args => $3::json[], workflow_id => $4${settings})`,
    [request.name, request.queue, args, request.workflowId, ...given.map(([, value]) => value)],
  )
  return 'started'
}
