import { setTimeout as delay } from 'node:timers/promises'
import { knownMigration, lockKey } from '../../../core/dbos-names.ts'
import { CliError } from '../../../core/errors.ts'
import { migrationUnderWay } from '../../../core/migration-under-way.ts'
import { waitForTurn } from '../../../core/wait-for-turn.ts'
import type { Session } from '../../connection/connect.ts'
import { dbosMigrations } from '../dbos-migrations.ts'
import { createNameIndex, selectNameIndex } from '../name-index.ts'
import { noteMigration, readSchema } from '../schema.ts'
import type { Database } from '../system-database.ts'
import { findRunningMigration } from './running-migration.ts'

/** A new database of drover's has none of its tables yet, and reads as an empty one. */
const usualSchema = 'dbos'

const lockTimeoutMs = 1000

/** Creates or updates the system tables of a database that drover created; every other one is left as it is. */
export async function migrateOwnSchema(
  database: Database,
  onNotice: (notice: string) => void = () => {},
): Promise<Database> {
  const { session, schema } = database
  if (!schema.own || schema.isReplica || (await isCurrent(database))) return database
  const isKnown = schema.name === usualSchema || dbosMigrations.isIn(schema)
  if (!isKnown && !session.target.createSchema) return database
  await takeLock(session, onNotice)
  try {
    const locked = { session, schema: await readSchema(session) }
    if (await isCurrent(locked)) return locked
    if ((await readMigration(locked)) < knownMigration) await migrate(session.target.url, schema.name)
    const migrated = { session, schema: await readSchema(session) }
    if (await indexNames(migrated)) await noteCurrent(migrated)
    return migrated
  } finally {
    await session.query(`select pg_advisory_unlock(${lockKey.launch})`)
  }
}

/**
 * Asks again and again rather than waiting in one statement: that would hold a snapshot, for whose end the
 * `create index concurrently` of whoever migrates waits in turn.
 */
async function takeLock(session: Session, onNotice: (notice: string) => void): Promise<void> {
  const { label } = session.target
  const isMine = await waitForTurn({
    take: async () => {
      const [row] = await session.query(`select pg_try_advisory_lock(${lockKey.launch}) as is_mine`)
      return row?.is_mine === true
    },
    sleep: delay,
    onLongWait: () => onNotice(`Waiting for another drover process that sets up ${label}.`),
  })
  if (isMine) return
  throw new CliError('schema-missing', `Another drover process has been setting up ${label} for minutes.`, {
    hint: 'end that process, and run the same command again',
  })
}

async function isCurrent({ session, schema }: Database): Promise<boolean> {
  if (!dbosMigrations.isIn(schema)) return false
  if ((schema.migratedTo ?? 0) >= knownMigration) return true
  const [row] = await session.query(
    `select (select max(version) from ${dbosMigrations.in(schema)}) as version, ${selectNameIndex} as is_indexed`,
    [schema.name],
  )
  return Number(row?.version ?? 0) >= knownMigration && row?.is_indexed === true
}

/** What DBOS has no index for and drover asks. Who is in the way of it, or may not make it, leaves it to the next command. */
async function indexNames(database: Database): Promise<boolean> {
  try {
    await database.session.transaction(async (client) => {
      await client.query(`set local lock_timeout = '${lockTimeoutMs}ms'`)
      await client.query(createNameIndex(database, { concurrently: false }))
    })
    return true
  } catch (error) {
    if (error instanceof CliError) return false
    throw error
  }
}

/** Spares later commands the question; who may not alter the database goes on asking. */
async function noteCurrent({ session, schema }: Database): Promise<void> {
  const [row] = await session.query('select current_database() as name')
  try {
    await session.query(noteMigration(String(row?.name), schema.name, knownMigration))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
  }
}

async function readMigration({ session, schema }: Database): Promise<number> {
  if (!dbosMigrations.isIn(schema)) return 0
  const [row] = await session.query(`select max(version) as version from ${dbosMigrations.in(schema)}`)
  return Number(row?.version ?? 0)
}

const settledAfterMs = 100

/**
 * The tables once nothing changes them any more; throws `migration-under-way` before. A session that migrated and is idle is
 * done where the tables are as new as those that drover knows. Between two transactions of a migration no session tells of
 * it: what is older than it could be is looked at twice.
 */
export async function readSettledSchema(database: Database): Promise<Database> {
  const { session } = database
  const before = await readMigrationIfAllowed(database)
  const isKnown = before !== undefined && before >= knownMigration
  const assertStill = async (of: Database) => {
    const migration = await findRunningMigration(of)
    if (migration?.isActive || (migration && !isKnown)) throw migrationUnderWay(session.target.label)
  }
  await assertStill(database)
  if (before === undefined) return database
  if (!isKnown) await delay(settledAfterMs)
  const later = { session, schema: await readSchema(session) }
  const after = await readMigrationIfAllowed(later)
  await assertStill(later)
  if (after !== before) throw migrationUnderWay(session.target.label)
  return later
}

/** The migration of tables that are newer than any that drover was tried on; undefined for those it knows. */
export async function findUnknownMigration(database: Database): Promise<number | undefined> {
  const migration = await readMigrationIfAllowed(database)
  return migration !== undefined && migration > knownMigration ? migration : undefined
}

/** A role that may read workflows need not be able to read this. */
async function readMigrationIfAllowed(database: Database): Promise<number | undefined> {
  try {
    return await readMigration(database)
  } catch (error) {
    if (error instanceof CliError && error.code === 'permission-denied') return undefined
    throw error
  }
}

/** `DBOS.migrate` announces itself with `console.log`, and stdout is for data. */
async function migrate(url: string, schemaName: string): Promise<void> {
  const { DBOS } = await import('@dbos-inc/dbos-sdk')
  const { console } = globalThis
  const print = console.log
  console.log = () => {}
  try {
    await DBOS.migrate(url, { schemaName })
  } finally {
    console.log = print
  }
}
