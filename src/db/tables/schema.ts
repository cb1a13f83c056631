import pg from 'pg'
import type { Row, Session } from '../connection/connect.ts'

/** Which tables and columns of DBOS there are. */
export interface TableNames {
  has(table: string, column?: string): boolean
  /** The qualified and quoted name. */
  table(name: string): string
}

/** What is there of the DBOS system tables in this database; the SQL adapts to it. */
export interface SystemSchema extends TableNames {
  readonly name: string
  /** True when drover created this database. */
  readonly own: boolean
  /** A copy that follows another server: it can be read, and neither announces anything nor knows the sessions of that one. */
  readonly isReplica: boolean
  /** The migration that drover brought these tables to, with its index; undefined where it did not, or does not know. */
  readonly migratedTo: number | undefined
  /** True when the SQL function `enqueue_workflow` is there (SDK 4.15 and later). */
  readonly hasEnqueueFunction: boolean
}

interface Catalog {
  readonly own: boolean
  readonly isReplica: boolean
  readonly migratedTo: number | undefined
  readonly hasEnqueueFunction: boolean
  readonly tables: ReadonlySet<string>
  /** `table.column` */
  readonly columns: ReadonlySet<string>
}

/**
 * Reads the tables and columns that are there, whichever SDK made them; and again on each new connection, since an
 * application that came back may have migrated them.
 */
export async function readSchema(session: Session): Promise<SystemSchema> {
  const { schema: name } = session.target
  let catalog = toCatalog(name, await session.query(selectCatalog, [name]))
  session.onReconnect(async (client) => {
    catalog = toCatalog(name, (await client.query<Row>(selectCatalog, [name])).rows)
  })
  const has = (table: string, column?: string): boolean =>
    column === undefined ? catalog.tables.has(table) : catalog.columns.has(`${table}.${column}`)
  return {
    name,
    get own() {
      return catalog.own
    },
    get isReplica() {
      return catalog.isReplica
    },
    get migratedTo() {
      return catalog.migratedTo
    },
    get hasEnqueueFunction() {
      return catalog.hasEnqueueFunction
    },
    has,
    table: (table) => qualify(name, table),
  }
}

/** The tables of an application whose SDK is launched here: all that drover knows is there, or is made by the launch. */
export function launchedSchema(name: string): TableNames {
  return { has: () => true, table: (table) => qualify(name, table) }
}

function qualify(schema: string, table: string): string {
  return `${quote(schema)}.${quote(table)}`
}

const selectCatalog = `select current_setting('drover.created', true) = 'on' as own, pg_is_in_recovery() as is_replica,
       current_setting('drover.migrated_to', true) as migrated_to,
       exists(select 1 from pg_proc f join pg_namespace n on n.oid = f.pronamespace
              where n.nspname = $1 and f.proname = 'enqueue_workflow') as enqueue_function,
       (select json_agg(c.relname || '.' || a.attname)
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = $1 and c.relkind in ('r', 'p', 'v'))::text as columns`

function toCatalog(name: string, [found]: readonly Row[]): Catalog {
  // An array of Postgres is read letter by letter, JSON at once.
  const columns = new Set<string>(JSON.parse(String(found?.columns ?? '[]')))
  return {
    own: found?.own === true,
    isReplica: found?.is_replica === true,
    migratedTo: migrationOf(name, found?.migrated_to),
    hasEnqueueFunction: found?.enqueue_function === true,
    columns,
    tables: new Set([...columns].map((column) => column.split('.', 1)[0] ?? '')),
  }
}

/**
 * SQL that notes with the database, as a setting of it, to which migration its tables were brought: the next command is spared
 * two questions. `migrationOf` reads it.
 */
export function noteMigration(database: string, schema: string, migration: number): string {
  return `alter database ${quote(database)} set drover.migrated_to = ${pg.escapeLiteral(`${migration} ${schema}`)}`
}

function migrationOf(schema: string, note: unknown): number | undefined {
  const [migration, ...names] = typeof note === 'string' ? note.split(' ') : []
  return names.join(' ') === schema ? Number(migration) : undefined
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
