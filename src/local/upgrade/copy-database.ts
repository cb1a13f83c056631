import path from 'node:path'
import pg from 'pg'
import { socketUrl } from '../server/socket-connection.ts'
import { describeSchema, type SchemaCopy } from './describe-schema.ts'

/** A database of the old server, its rows in files. */
export interface DatabaseCopy {
  readonly database: string
  readonly schemas: readonly SchemaCopy[]
  /** Rows by file, one file for each table. */
  readonly rows: ReadonlyMap<string, number>
  /** Schemas that neither DBOS nor drover made. */
  readonly left: readonly string[]
}

interface CopyPlace {
  readonly sockets: string
  /** Where the server may write and read; nobody else may. */
  readonly directory: string
}

/** The schemas of DBOS, under whatever name, and drover's own. */
const copiedSchemas = `
  select n.nspname as name, n.nspname = 'drover' or exists (
      select from pg_class c where c.relnamespace = n.oid and c.relname = 'dbos_migrations' and c.relkind = 'r'
    ) as is_copied,
    exists (select from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p')) as has_tables
  from pg_namespace n where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by n.nspname = 'drover', n.nspname`

export async function copyOut(place: CopyPlace, database: string): Promise<DatabaseCopy> {
  return withDatabase(place, database, async (client) => {
    const { rows: found } = await client.query<{ name: string; is_copied: boolean; has_tables: boolean }>(
      copiedSchemas,
    )
    await client.query('begin isolation level repeatable read')
    const schemas: SchemaCopy[] = []
    for (const { name } of found.filter((schema) => schema.is_copied)) {
      schemas.push(await describeSchema(client, name))
    }
    const rows = new Map<string, number>()
    for (const { name, columns } of schemas.flatMap(({ tables }) => tables)) {
      if (columns.length === 0) continue
      const file = fileOf(place, database, name)
      const { rowCount } = await client.query(
        `copy ${name} (${columns.join(', ')}) to ${pg.escapeLiteral(file)}`,
      )
      rows.set(file, rowCount ?? 0)
    }
    await client.query('commit')
    const left = found.filter((schema) => !schema.is_copied && schema.has_tables).map(({ name }) => name)
    return { database, schemas, rows, left }
  })
}

/** In one transaction, into a database that has none of it. */
export async function copyIn(place: CopyPlace, { database, schemas, rows }: DatabaseCopy): Promise<void> {
  await withDatabase(place, database, async (client) => {
    await client.query('begin; set local check_function_bodies = off')
    for (const statement of schemas.flatMap(({ before }) => before)) await client.query(statement)
    for (const { name, columns } of schemas.flatMap(({ tables }) => tables)) {
      if (columns.length === 0) continue
      const file = fileOf(place, database, name)
      const { rowCount } = await client.query(
        `copy ${name} (${columns.join(', ')}) from ${pg.escapeLiteral(file)}`,
      )
      if (rowCount !== rows.get(file))
        throw new Error(`${name} has ${rows.get(file)} rows, and ${rowCount} arrived`)
    }
    for (const statement of schemas.flatMap(({ after }) => after)) await client.query(statement)
    await client.query('commit')
    await client.query('analyze')
  })
}

/** Two names are never one file, and none leads out of the directory. */
function fileOf({ directory }: CopyPlace, database: string, table: string): string {
  return path.join(directory, `${Buffer.from(`${database}/${table}`).toString('hex')}.copy`)
}

async function withDatabase<Result>(
  { sockets }: CopyPlace,
  database: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: socketUrl(sockets, database),
    application_name: 'drover db upgrade',
  })
  client.on('error', () => {})
  await client.connect()
  try {
    // The names that the catalogue gives then have their schemas.
    await client.query(`set search_path = ''`)
    return await use(client)
  } finally {
    await client.end()
  }
}
