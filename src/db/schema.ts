import { CliError } from '../core/errors.ts'
import type { Row, Session } from './connect.ts'

/** What is there of the DBOS system tables in this database; the SQL adapts to it. */
export interface SystemSchema {
  readonly name: string
  /** True when drover created this database. */
  readonly own: boolean
  has(table: string, column?: string): boolean
  /** The qualified and quoted name. */
  table(name: string): string
  /** `alias.column` where it is there, else `otherwise`. */
  column(table: string, column: string, alias: string, otherwise?: string): string
  /** True when the SQL function `enqueue_workflow` is there (SDK 4.15 and later). */
  readonly hasEnqueueFunction: boolean
}

interface Catalog {
  readonly own: boolean
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
  const quotedSchema = quote(name)
  const has = (table: string, column?: string): boolean =>
    column === undefined ? catalog.tables.has(table) : catalog.columns.has(`${table}.${column}`)
  return {
    name,
    get own() {
      return catalog.own
    },
    get hasEnqueueFunction() {
      return catalog.hasEnqueueFunction
    },
    has,
    table: (table) => `${quotedSchema}.${quote(table)}`,
    column: (table, column, alias, otherwise = 'null') =>
      has(table, column) ? `${alias}.${quote(column)}` : otherwise,
  }
}

const selectCatalog = `select current_setting('drover.created', true) = 'on' as own,
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
    hasEnqueueFunction: found?.enqueue_function === true,
    columns,
    tables: new Set([...columns].map((column) => column.split('.', 1)[0] ?? '')),
  }
}

/** Throws `schema-missing` without the system tables, `schema-unsupported` where they are older than migration 35. */
export function requireSupportedSchema(schema: SystemSchema, label: string): void {
  if (!schema.has('workflow_status')) {
    throw new CliError('schema-missing', `There are no DBOS tables in schema ${schema.name} of ${label}.`, {
      hint: 'drover config   # is this the right database? name another schema with --schema',
    })
  }
  const oldest: [table: string, column: string][] = [
    ['workflow_status', 'serialization'],
    ['workflow_events_history', 'function_id'],
    ['streams', 'function_id'],
    ['notifications', 'consumed'],
    ['operation_outputs', 'completed_at_epoch_ms'],
  ]
  const lacking = oldest.find(([table, column]) => !schema.has(table, column))
  if (lacking) {
    throw new CliError(
      'schema-unsupported',
      `The DBOS tables of ${label} are too old: ${lacking.join('.')} is missing; drover reads those of SDK 4.10 and later.`,
      { hint: 'update the application, whose launch migrates its tables' },
    )
  }
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
