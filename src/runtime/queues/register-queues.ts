import type pg from 'pg'
import { droverQueue } from '../../core/dbos-names.ts'
import { CliError } from '../../core/errors.ts'
import type { LaunchOptions } from '../../core/run/runtime.ts'
import { pick } from '../../db/tables/define-table.ts'
import { queues } from '../../db/tables/registered-queues.ts'
import { launchedSchema, type TableNames } from '../../db/tables/schema.ts'

/** The queue that `start` uses where nothing else is known; only in databases that drover created. */
export const droverPollMs = 100
const defaultPollingIntervalMs = 1000

/**
 * Registers the queues of this launch. False where the tables are not there yet. Throws `invalid-argument` when
 * the queue to create belongs to another application.
 */
export async function registerQueues(client: pg.Client, options: LaunchOptions): Promise<boolean> {
  const { own, createQueue, application, database } = options
  const tables = launchedSchema(database.schema)
  const { rows } = await client.query('select to_regclass($1) is not null as migrated', [
    String(queues.in(tables)),
  ])
  if (!rows[0].migrated) return false
  // Owned by nobody: all the applications in drover's own database share it.
  if (own)
    await insert(client, tables, { name: droverQueue, pollingIntervalMs: droverPollMs, application: null })
  if (createQueue !== undefined) {
    const owner = await insert(client, tables, {
      ...createQueue,
      pollingIntervalMs: defaultPollingIntervalMs,
      application,
    })
    if (owner !== null && owner !== application) {
      throw new CliError(
        'invalid-argument',
        `The queue ${createQueue.name} belongs to the application ${owner}.`,
        { hint: 'choose another name for the queue' },
      )
    }
  }
  return true
}

interface Queue {
  readonly name: string
  readonly pollingIntervalMs: number
  readonly application: string | null
  readonly concurrency?: number
}

/** Leaves a queue of that name as it is, and returns whose it is. */
async function insert(client: pg.Client, tables: TableNames, queue: Queue): Promise<string | null> {
  const q = queues.in(tables, 'q')
  const { names, values } = queues.insert(tables, {
    name: '$1',
    pollSeconds: '$2',
    application: '$3',
    workerConcurrency: '$4',
  })
  await client.query(
    `insert into ${queues.in(tables)} (${names}) values (${values})
     on conflict (${queues.columns.name}) do nothing`,
    [queue.name, queue.pollingIntervalMs / 1000, queue.application, queue.concurrency ?? null],
  )
  const { rows } = await client.query(`select ${pick(q, ['application'])} from ${q} where ${q.name} = $1`, [
    queue.name,
  ])
  return rows[0]?.application ?? null
}
