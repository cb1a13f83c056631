import type { ClientBase } from 'pg'
import { internalQueue } from '../../core/dbos-names.ts'
import { CliError } from '../../core/errors.ts'
import type { PauseGuard, PauseOutcome, ResumeOutcome } from '../../core/platform.ts'
import { command } from '../../core/words/command-line.ts'
import type { Row } from '../connection/connect.ts'
import { changeOnRecord } from '../record/find-recorder.ts'
import { pick } from '../tables/define-table.ts'
import { queues } from '../tables/registered-queues.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { dropUnneededTrigger, ensurePauseGuard, findOwnPauseObjects } from './pause-guard.ts'

/** Some other transaction may hold the table of queues: nobody waits for it long. */
const lockTimeout = `set local lock_timeout = '5s'`
const nowMs = '(extract(epoch from now()) * 1000)::bigint'

/** Sets the limit of each worker to 0, and keeps what it was. Workers read their limits about once a second. */
export async function pauseQueue(database: Database, name: string): Promise<PauseOutcome> {
  const { schema } = database
  if (!queues.isIn(schema)) throw livesInCode(name)
  return changeOnRecord(database, 'queues pause', async (client, record): Promise<PauseOutcome> => {
    await client.query(lockTimeout)
    const found = await readLimit(client, schema, name)
    if (!found) return { outcome: (await isInUse(client, schema, name)) ? 'in-code' : 'not-found' }
    if (found.workerConcurrency === 0) return { outcome: 'paused-already' }
    const guard = await ensurePauseGuard(client, schema)
    const paused = await setToZero(client, schema, name, guard)
    if (paused.outcome === 'paused')
      await record({ subject: name, before: { workerConcurrency: paused.workerConcurrency } })
    return paused
  })
}

async function setToZero(
  client: ClientBase,
  schema: SystemSchema,
  name: string,
  guard: PauseGuard,
): Promise<PauseOutcome> {
  // Again, and locked: a worker may have registered it meanwhile, and somebody else paused it.
  const found = await readLimit(client, schema, name, 'for update')
  if (!found) return { outcome: 'not-found' }
  if (found.workerConcurrency === 0) return { outcome: 'paused-already' }
  if (guard !== 'none') {
    await client.query(
      `insert into drover.queue_pauses (system_schema, queue, limit_after) values ($1, $2, $3)
       on conflict (system_schema, queue)
         do update set limit_after = excluded.limit_after, paused_at = excluded.paused_at`,
      [schema.name, name, found.workerConcurrency],
    )
  }
  await writeLimit(client, schema, name, 0)
  return { outcome: 'paused', workerConcurrency: found.workerConcurrency, guard }
}

export async function resumeQueue(
  database: Database,
  name: string,
  given?: number | null,
): Promise<ResumeOutcome> {
  const { schema } = database
  if (!queues.isIn(schema)) throw livesInCode(name)
  const outcome = await changeOnRecord(database, 'queues resume', async (client, record) => {
    await client.query(lockTimeout)
    const { hasTable } = await findOwnPauseObjects(client, schema)
    // The row of the queue first, as a worker has it that registers it, and then its pause: neither waits for the other.
    const found = await readLimit(client, schema, name, 'for update')
    const { rows } = hasTable
      ? await client.query<Row>(
          `delete from drover.queue_pauses where system_schema = $1 and queue = $2 returning limit_after`,
          [schema.name, name],
        )
      : { rows: [] }
    if (!found) return 'not-found'
    const [pause] = rows
    const ended = await endPause(client, schema, name, { ...found, pause, given })
    if (ended === 'resumed') await record({ subject: name, before: { workerConcurrency: 0 } })
    return ended
  })
  await dropUnneededTrigger(database)
  return outcome
}

interface Ending {
  readonly workerConcurrency: number | null
  readonly pause: Row | undefined
  readonly given: number | null | undefined
}

async function endPause(
  client: ClientBase,
  schema: SystemSchema,
  name: string,
  { workerConcurrency, pause, given }: Ending,
): Promise<ResumeOutcome> {
  if (workerConcurrency !== 0 && !pause) return 'not-paused'
  if (workerConcurrency !== 0 && given === undefined) return 'ended-before'
  if (!pause && given === undefined) return 'limit-unknown'
  const kept = pause?.limit_after
  await writeLimit(client, schema, name, given === undefined ? ((kept ?? null) as number | null) : given)
  return 'resumed'
}

async function readLimit(
  client: ClientBase,
  schema: SystemSchema,
  name: string,
  locking = '',
): Promise<{ readonly workerConcurrency: number | null } | undefined> {
  const q = queues.in(schema, 'q')
  const { rows } = await client.query<Row>(
    `select ${pick(q, ['workerConcurrency'])} from ${q} where ${q.name} = $1 ${locking}`,
    [name],
  )
  const [row] = rows
  return row && { workerConcurrency: (row.workerConcurrency ?? null) as number | null }
}

async function writeLimit(
  client: ClientBase,
  schema: SystemSchema,
  name: string,
  workerConcurrency: number | null,
): Promise<void> {
  const q = queues.in(schema, 'q')
  const settings = queues.set(schema, { workerConcurrency: '$2', updatedAt: nowMs })
  await client.query(`update ${q} set ${settings} where ${q.name} = $1`, [name, workerConcurrency])
}

/** So many of the newest workflows tell of a queue on which nothing waits or runs now. */
const lookedAt = 1000

async function isInUse(client: ClientBase, schema: SystemSchema, name: string): Promise<boolean> {
  if (name === internalQueue) return true
  const w = workflowStatus.in(schema, 'w')
  const on = (statuses: string) =>
    `exists(select from ${w} where ${w.queue} = $1 and ${w.status} in (${statuses}))`
  const { rows } = await client.query<Row>(
    `select ${on(`'ENQUEUED', 'PENDING'`)} or ${on(`'DELAYED'`)} or exists(
       select from (select ${pick(w, ['queue'])} from ${w} order by ${w.createdAt} desc limit ${lookedAt}) newest
       where queue = $1) as used`,
    [name],
  )
  return rows[0]?.used === true
}

function livesInCode(name: string): CliError {
  return new CliError(
    'schema-unsupported',
    `The queue "${name}" is in the source of an application: these DBOS tables register none.`,
    { hint: command('workers') },
  )
}
