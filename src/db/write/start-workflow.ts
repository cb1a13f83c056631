import type { ClientBase } from 'pg'
import { CliError } from '../../core/errors.ts'
import type { StartOutcome, StartRequest } from '../../core/run/start.ts'
import { stringifyExact, withMarks } from '../../core/words/exact-number.ts'
import type { Session } from '../connection/connect.ts'
import { createDbosClient, keepingDigits } from '../connection/dbos-client.ts'
import { isUniqueViolation } from '../connection/failures.ts'
import { pick } from '../tables/define-table.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { deliverMessage } from './send-message.ts'

export async function startWorkflow(database: Database, request: StartRequest): Promise<StartOutcome> {
  const { session } = database
  for (let attempt = 0; ; attempt++) {
    try {
      return await session.transaction((client) => startIn(client, database, request))
    } catch (error) {
      // Somebody else has the id or the deduplication id; who had the latter may have ended before we look.
      if (!(await isCollision(error))) throw error
      const holder = await findHolder(database, request)
      if (holder !== undefined) return { duplicateOf: holder }
      if (attempt > 0 || request.deduplicationId === undefined) return 'existing'
    }
  }
}

async function startIn(
  client: ClientBase,
  { session, schema }: Database,
  request: StartRequest,
): Promise<StartOutcome> {
  const w = workflowStatus.in(schema, 'w')
  const { rows } = await client.query(`select 1 from ${w} where ${w.id} = $1`, [request.workflowId])
  if (rows.length > 0) return 'existing'
  // The client of our SDK writes a column that came with migration 123.
  if (workflowStatus.isIn(schema, 'creatorXid')) await enqueue(client, session, request)
  else await enqueueBySql(client, schema, request)
  const { workflowId, namedArgs } = request
  for (const message of request.messages ?? []) {
    await deliverMessage(client, session, { workflowId, ...message, portable: namedArgs !== undefined })
  }
  return 'started'
}

async function isCollision(error: unknown): Promise<boolean> {
  const { Error: failures } = await import('@dbos-inc/dbos-sdk')
  return (
    isUniqueViolation(error) ||
    failures.isWorkflowIDInUseError(error) ||
    error instanceof failures.DBOSQueueDuplicatedError
  )
}

/** The active workflow with this deduplication id: DBOS takes it away from those that have ended. */
async function findHolder(
  { session, schema }: Database,
  { deduplicationId, queue, workflowId }: StartRequest,
): Promise<string | undefined> {
  if (deduplicationId === undefined) return undefined
  const w = workflowStatus.in(schema, 'w')
  const [holder] = await session.query(
    `select ${pick(w, ['id'])} from ${w}
     where ${w.queue} = $1 and ${w.deduplicationId} = $2 and ${w.id} <> $3`,
    [queue, deduplicationId, workflowId],
  )
  return holder && String(holder.id)
}

async function enqueue(client: ClientBase, session: Session, request: StartRequest): Promise<void> {
  const dbos = await createDbosClient(session.target)
  const { namedArgs, args } = request
  const named = namedArgs && (withMarks(namedArgs) as typeof namedArgs)
  const options = {
    workflowID: request.workflowId,
    workflowName: request.name,
    queueName: request.queue,
    workflowIDReusePolicy: 'reject' as const,
    ...given('workflowClassName', request.className),
    ...given('workflowConfigName', request.configName),
    ...given('appVersion', request.version),
    ...given('applicationName', request.application),
    ...given('priority', request.priority),
    ...given('delaySeconds', request.delayMs === undefined ? undefined : request.delayMs / 1000),
    ...given('workflowTimeoutMS', request.timeoutMs),
    ...given('deduplicationID', request.deduplicationId),
    ...given('attributes', request.attributes),
    ...given('queuePartitionKey', request.partition),
  }
  const exact = keepingDigits(client)
  const positional = args.map(withMarks)
  if (namedArgs === undefined) await dbos.enqueueInTransaction(exact, options, ...positional)
  else await dbos.enqueuePortableInTransaction(exact, options, positional, named)
}

/** The SDK tells an option that is undefined from one that is not there. */
function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value })
}

async function enqueueBySql(client: ClientBase, schema: SystemSchema, request: StartRequest): Promise<void> {
  if (request.attributes !== undefined) throw notPossible('with attributes', 'leave --attr out')
  if (schema.hasEnqueueFunction) return enqueueByFunction(client, schema, request)
  if (request.delayMs !== undefined) throw notPossible('with a delay', 'leave --delay out')
  return insert(client, schema, request)
}

function notPossible(what: string, hint: string): CliError {
  return new CliError('schema-unsupported', `In these DBOS tables a workflow cannot be started ${what}.`, {
    hint: `${hint}, or update the application`,
  })
}

/** The SQL function that DBOS leaves in its schema for this since SDK 4.15; it writes portable JSON. */
async function enqueueByFunction(
  client: ClientBase,
  schema: SystemSchema,
  request: StartRequest,
): Promise<void> {
  const args = request.args.map((argument) => stringifyExact(argument))
  const { namedArgs, delayMs } = request
  const named: [name: string, value: unknown][] = [
    ['class_name', request.className],
    ['config_name', request.configName],
    ['app_version', request.version],
    ['named_args', namedArgs === undefined ? undefined : stringifyExact(namedArgs)],
    ['timeout_ms', request.timeoutMs],
    ['deduplication_id', request.deduplicationId],
    ['priority', request.priority],
    ['queue_partition_key', request.partition],
    ['delay_until_epoch_ms', delayMs === undefined ? undefined : Date.now() + delayMs],
    ...(workflowStatus.isIn(schema, 'application')
      ? ([['application_name', request.application]] as [string, unknown][])
      : []),
  ]
  const set = named.filter(([, value]) => value !== undefined)
  const settings = set.map(([name], index) => `, ${name} => $${index + 5}`).join('')
  await client.query(
    `select ${schema.table('enqueue_workflow')}(workflow_name => $1, queue_name => $2,
       positional_args => $3::json[], workflow_id => $4${settings})`,
    [request.name, request.queue, args, request.workflowId, ...set.map(([, value]) => value)],
  )
}

/** The row that the client of SDK 4.10 writes: before 4.15 there is no function for it. */
async function insert(client: ClientBase, schema: SystemSchema, request: StartRequest): Promise<void> {
  const { args, namedArgs } = request
  const [inputs, serialization] =
    namedArgs === undefined
      ? [{ json: args, __dbos_serializer: 'superjson' }, 'js_superjson']
      : [{ positionalArgs: args, namedArgs }, 'portable_json']
  const row = {
    id: request.workflowId,
    status: 'ENQUEUED',
    name: request.name,
    className: request.className,
    configName: request.configName,
    queue: request.queue,
    version: request.version,
    inputs: stringifyExact(inputs),
    serialization,
    timeoutMs: request.timeoutMs,
    deduplicationId: request.deduplicationId,
    priority: request.priority ?? 0,
    partition: request.partition,
    executorId: '',
    applicationId: '',
    user: '',
    assumedRole: '',
    roles: '[]',
    request: '{}',
  }
  const placeholders = Object.keys(row).map((word, index) => [word, `$${index + 1}`])
  const { names, values } = workflowStatus.insert(schema, Object.fromEntries(placeholders))
  await client.query(
    `insert into ${workflowStatus.in(schema)} (${names}) values (${values})`,
    Object.values(row),
  )
}
