import { CliError } from '../core/errors.ts'
import type { LaunchOptions } from '../core/runtime.ts'
import { quoteIdentifier, withConnection } from './connect.ts'

/** The queue that `start` uses where nothing else is known; only in databases that drover created. */
export const droverQueue = 'drover'
const droverPollingIntervalMs = 100
const defaultPollingIntervalMs = 1000

/**
 * Registers the queues of this launch. False where the tables are not there yet. Throws `invalid-argument` when
 * the queue to create belongs to another application.
 */
export async function registerQueues(options: LaunchOptions): Promise<boolean> {
  const { own, createQueue } = options
  if (!own && createQueue === undefined) return true
  const table = `${quoteIdentifier(options.database.schema)}.queues`
  return await withConnection(options.database, 'drover-executor', async (client) => {
    const insert = async (name: string, pollingIntervalMs: number, application: string | null) => {
      await client.query(
        `insert into ${table} (name, polling_interval_sec, application_name) values ($1, $2, $3)
         on conflict (name) do nothing`,
        [name, pollingIntervalMs / 1000, application],
      )
      const { rows } = await client.query(`select application_name from ${table} where name = $1`, [name])
      return rows[0]?.application_name ?? null
    }

    const { rows } = await client.query('select to_regclass($1) is not null as migrated', [table])
    if (!rows[0].migrated) return false
    // Owned by nobody: all the applications in drover's own database share it.
    if (own) await insert(droverQueue, droverPollingIntervalMs, null)
    if (createQueue !== undefined) {
      const owner = await insert(createQueue, defaultPollingIntervalMs, options.application)
      if (owner !== null && owner !== options.application) {
        throw new CliError(
          'invalid-argument',
          `The queue ${createQueue} belongs to the application ${owner}`,
          {
            hint: 'choose another name for the queue',
          },
        )
      }
    }
    return true
  })
}
