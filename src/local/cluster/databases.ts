import pg from 'pg'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { lockPatiently } from '../presence/lock-patiently.ts'

/** One creates at a time. */
export const creationLock = 0x64726f77
const unfinishedName = 'drover_unfinished'

/** Creates it unless it exists, marked as drover's own. It appears under its name only once it is marked. */
export async function ensureDatabase(
  client: pg.Client,
  name: string,
  onNotice: (notice: string) => void,
): Promise<void> {
  if (await databaseExists(client, name)) return
  await lockPatiently(client, {
    statement: 'select pg_advisory_lock($1)',
    key: creationLock,
    waitsFor: 'another drover process that creates a database in the embedded Postgres',
    onNotice,
  })
  try {
    if (!(await databaseExists(client, name))) await createMarked(client, name)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [creationLock])
  }
}

/** Throws `no-database` where there is none of that name: a mistyped one must not be created. */
export async function requireDatabase(client: pg.Client, name: string): Promise<void> {
  if (await databaseExists(client, name)) return
  const others = await listDatabases(client)
  throw new CliError(
    'no-database',
    `There is no database ${name} in the embedded Postgres, which has ${others.join(', ') || 'none'}.`,
    { hint: phrase`${command('db start', [], { '--database': name })}   # creates it` },
  )
}

/** Those that applications use, by name. */
export async function listDatabases(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where not datistemplate and datname not in ($1, $2) order by datname',
    ['postgres', unfinishedName],
  )
  return rows.map(({ datname }) => datname)
}

export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`)
}

async function databaseExists(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
  return rowCount === 1
}

async function createMarked(client: pg.Client, name: string): Promise<void> {
  await dropDatabase(client, unfinishedName)
  await client.query(`create database ${unfinishedName} template template0`)
  await client.query(`alter database ${unfinishedName} set drover.created = 'on'`)
  await client.query(`alter database ${unfinishedName} rename to ${pg.escapeIdentifier(name)}`)
}
