import pg from 'pg'

/** One creates at a time. */
export const creationLock = 0x64726f77
const unfinishedName = 'drover_unfinished'

/** Creates it unless it exists, marked as drover's own. It appears under its name only once it is marked. */
export async function ensureDatabase(client: pg.Client, name: string): Promise<void> {
  if (await databaseExists(client, name)) return
  await client.query('select pg_advisory_lock($1)', [creationLock])
  try {
    if (!(await databaseExists(client, name))) await createMarked(client, name)
  } finally {
    await client.query('select pg_advisory_unlock($1)', [creationLock])
  }
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
