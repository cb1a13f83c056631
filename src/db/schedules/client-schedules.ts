import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowSchedules } from '../tables/workflow-schedules.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

export async function hasSchedule({ session, schema }: Database, name: string): Promise<boolean> {
  if (!workflowSchedules.isIn(schema)) return false
  const s = workflowSchedules.in(schema, 's')
  const rows = await session.query(`select 1 from ${s} where ${s.name} = $1`, [name])
  return rows.length > 0
}

/** DBOS's client reads and writes every column of a schedule. Throws `schema-unsupported` where one is not there. */
export function requireSchedules(schema: SystemSchema, done: string): void {
  const columns = ['timezone', 'application', 'queue', 'lastFired', 'automaticBackfill'] as const
  if (columns.every((column) => workflowSchedules.isIn(schema, column))) return
  throw notPossible(done, '4.27')
}

/** The client enqueues as its own version does. Throws `schema-unsupported`. */
export function requireFiring(schema: SystemSchema): void {
  if (!workflowStatus.isIn(schema, 'creatorXid')) throw notPossible('started ahead of its time', '5.2')
}

function notPossible(done: string, version: string): CliError {
  return new CliError('schema-unsupported', `In these DBOS tables a schedule cannot be ${done}.`, {
    hint: `start a worker with SDK ${version} or newer: it brings the tables up to date`,
  })
}

/** What DBOS's client throws of a schedule that somebody deleted meanwhile. */
export function isGone(name: string, error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return [`Schedule "${name}" not found`, `Schedule '${name}' not found`].includes(error.message)
}

/** What DBOS's client throws of a schedule, in our words; undefined where it is gone. */
export async function explainFiring<Result>(
  name: string,
  use: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await use()
  } catch (error) {
    if (isGone(name, error)) return undefined
    if (!(error instanceof Error) || error instanceof CliError) throw error
    if (!error.message.includes('No application versions found')) {
      // Of the SDK, about what the schedule holds.
      throw new CliError(
        'schema-unsupported',
        `DBOS cannot trigger the schedule "${name}": ${error.message}.`,
        {
          hint: command('schedules'),
          cause: error,
        },
      )
    }
    throw new CliError('ambiguous-version', 'No version of its application is registered there.', {
      hint: 'start a worker of it first: it registers the version that shall run it',
      cause: error,
    })
  }
}
