import type pg from 'pg'
import { CliError } from '../core/errors.ts'
import type { LaunchOptions } from '../core/run/runtime.ts'
import { quoteIdentifier } from './slot/own-connection.ts'

/** The queue that `start` uses where nothing else is known; only in databases that drover created. */
const droverQueue = { name: 'drover', pollingIntervalMs: 100 }
const defaultPollingIntervalMs = 1000

/**
 * Registers the queues of this launch. False where the tables are not there yet. Throws `invalid-argument` when
 * the queue to create belongs to another application.
 */
export async function registerQueues(client: pg.Client, options: LaunchOptions): Promise<boolean> {
  const { own, createQueue, application, database } = options
  const table = `${quoteIdentifier(database.schema)}.queues`
  const { rows } = await client.query('select to_regclass($1) is not null as migrated', [table])
  if (!rows[0].migrated) return false
  // Owned by nobody: all the applications in drover's own database share it.
  if (own) await insert(client, table, { ...droverQueue, application: null })
  if (createQueue !== undefined) {
    const owner = await insert(client, table, {
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
async function insert(client: pg.Client, table: string, queue: Queue): Promise<string | null> {
  await client.query(
    `insert into ${table} (name, polling_interval_sec, application_name, worker_concurrency)
     values ($1, $2, $3, $4)
     on conflict (name) do nothing`,
    [queue.name, queue.pollingIntervalMs / 1000, queue.application, queue.concurrency ?? null],
  )
  const { rows } = await client.query(`select application_name from ${table} where name = $1`, [queue.name])
  return rows[0]?.application_name ?? null
}
