import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseTarget } from '../../../core/database.ts'
import { CliError } from '../../../core/errors.ts'
import { migrationUnderWay } from '../../../core/migration-under-way.ts'
import { command, otherCommand, phrase } from '../../../core/words/command-line.ts'
import { withoutPassword } from '../../../core/words/without-password.ts'
import type { Table } from '../define-table.ts'
import { notifications } from '../notifications.ts'
import { operationOutputs } from '../operation-outputs.ts'
import { readSchema, type SystemSchema } from '../schema.ts'
import { streams } from '../streams.ts'
import type { Database } from '../system-database.ts'
import { workflowEventsHistory } from '../workflow-events-history.ts'
import { workflowStatus } from '../workflow-status.ts'
import { findRunningMigration } from './running-migration.ts'

const lookAgainAfterMs = 100
const looks = 3

/**
 * The tables as they can be used. Throws `migration-under-way` while they are being made; else `schema-missing` without them,
 * `schema-unsupported` where they are older than migration 35.
 */
export async function readSupportedSchema(database: Database): Promise<Database> {
  const { session } = database
  let current = database
  let markBefore: string | undefined
  for (let look = 0; ; look++) {
    const failure = findLack(current.schema, session.target)
    if (!failure) return current
    const migration = await findRunningMigration(current)
    const wentOn = markBefore !== undefined && migration !== undefined && migration.mark !== markBefore
    if (migration?.isActive || wentOn) throw migrationUnderWay(session.target.label)
    const mayHaveEnded = !migration && look === 0
    if (look === looks || !(migration || mayHaveEnded)) throw failure
    markBefore = migration?.mark
    if (migration) await delay(lookAgainAfterMs)
    current = { session, schema: await readSchema(session) }
  }
}

function findLack(schema: SystemSchema, { label, url }: DatabaseTarget): CliError | undefined {
  if (!workflowStatus.isIn(schema)) {
    const words = [withoutPassword(url), ...(schema.name === 'dbos' ? [] : ['--schema', schema.name])]
    const create = otherCommand('npx dbos schema', words)
    return new CliError('schema-missing', `There are no DBOS tables in schema ${schema.name} of ${label}.`, {
      hint: schema.own
        ? phrase`${command('config')}   # is this the right database? name another schema with --schema`
        : phrase`start the application once, or: ${create}   # ${command('config')} shows what chose this database`,
      isTransient: true,
    })
  }
  const lacking = [
    lackOf(workflowStatus, 'serialization'),
    lackOf(workflowEventsHistory, 'step'),
    lackOf(streams, 'step'),
    lackOf(notifications, 'read'),
    lackOf(operationOutputs, 'completedAt'),
  ].find((lack) => lack !== undefined)
  if (!lacking) return undefined
  return new CliError(
    'schema-unsupported',
    `The DBOS tables of ${label} are too old: ${lacking} is missing; drover reads those of SDK 4.10 and later.`,
    { hint: 'update the application, whose launch migrates its tables', isTransient: true },
  )

  /** The oldest column of each table that every query needs. */
  function lackOf<Column extends string>(table: Table<Column>, column: Column): string | undefined {
    return table.isIn(schema, column) ? undefined : `${table.table}.${table.columns[column]}`
  }
}
