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
  /** The sessions that migrate these tables, as they were when drover looked; undefined without one. */
  readonly migration: Migration | undefined
  /** True when the SQL function `enqueue_workflow` is there (SDK 4.15 and later). */
  readonly hasEnqueueFunction: boolean
}

/** A session that said nothing for a moment may be between two statements, or done. */
interface Migration {
  readonly isActive: boolean
  /** Another one once a session went on. */
  readonly mark: string
}

interface Catalog {
  readonly own: boolean
  readonly isReplica: boolean
  readonly migration: Migration | undefined
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
  let catalog = toCatalog(await session.query(selectCatalog, [name]))
  session.onReconnect(async (client) => {
    catalog = toCatalog((await client.query<Row>(selectCatalog, [name])).rows)
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
    get migration() {
      return catalog.migration
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

/**
 * The SDK migrates statement by statement on one connection and takes no lock: it is known by what it said last, in the
 * moments between two statements too.
 */
const migrates = `(a.state <> 'idle' or a.state_change > now() - interval '2 seconds')
  and (a.query ~* '^\\s*(create|alter|drop)\\M' and (strpos(a.query, quote_ident($1) || '.') > 0
         or strpos(a.query, '"' || $1 || '"') > 0)
       or a.query ~* '^\\s*(update|insert|select table_name)\\M.*dbos_migrations')`

const selectCatalog = `select current_setting('drover.created', true) = 'on' as own, pg_is_in_recovery() as is_replica,
       (select json_build_object('isActive', bool_or(a.state <> 'idle'),
                                 'mark', string_agg(a.pid || ' since ' || a.query_start, ', ' order by a.pid))
        from pg_stat_activity a
        where a.datname = current_database() and a.pid <> pg_backend_pid() and ${migrates}
        having count(*) > 0) as migration,
       exists(select 1 from pg_proc f join pg_namespace n on n.oid = f.pronamespace
              where n.nspname = $1 and f.proname = 'enqueue_workflow') as enqueue_function,
       array(select c.relname || '.' || a.attname
             from pg_class c
             join pg_namespace n on n.oid = c.relnamespace
             join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
             where n.nspname = $1 and c.relkind in ('r', 'p', 'v'))::text[] as columns`

function toCatalog([found]: readonly Row[]): Catalog {
  const columns = new Set(found?.columns as string[])
  return {
    own: found?.own === true,
    isReplica: found?.is_replica === true,
    migration: (found?.migration as Migration | null | undefined) ?? undefined,
    hasEnqueueFunction: found?.enqueue_function === true,
    columns,
    tables: new Set([...columns].map((column) => column.split('.', 1)[0] ?? '')),
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
