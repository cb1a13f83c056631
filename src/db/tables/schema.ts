import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseTarget } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { migrationUnderWay } from '../../core/migration-under-way.ts'
import { shellWord } from '../../core/words/shell-word.ts'
import { withoutPassword } from '../../core/words/without-password.ts'
import type { Row, Session } from '../connection/connect.ts'

/** What is there of the DBOS system tables in this database; the SQL adapts to it. */
export interface SystemSchema {
  readonly name: string
  /** True when drover created this database. */
  readonly own: boolean
  /** The sessions that migrate these tables, as they were when drover looked; undefined without one. */
  readonly migration: Migration | undefined
  has(table: string, column?: string): boolean
  /** The qualified and quoted name. */
  table(name: string): string
  /** `alias.column` where it is there, else `otherwise`. */
  column(table: string, column: string, alias: string, otherwise?: string): string
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
  const quotedSchema = quote(name)
  const has = (table: string, column?: string): boolean =>
    column === undefined ? catalog.tables.has(table) : catalog.columns.has(`${table}.${column}`)
  return {
    name,
    get own() {
      return catalog.own
    },
    get migration() {
      return catalog.migration
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

/**
 * The SDK migrates statement by statement on one connection and takes no lock: it is known by what it said last, in the
 * moments between two statements too.
 */
const migrates = `(a.state <> 'idle' or a.state_change > now() - interval '2 seconds')
  and (a.query ~* '^\\s*(create|alter|drop)\\M' and (strpos(a.query, quote_ident($1) || '.') > 0
         or strpos(a.query, '"' || $1 || '"') > 0)
       or a.query ~* '^\\s*(update|insert|select table_name)\\M.*dbos_migrations')`

const selectCatalog = `select current_setting('drover.created', true) = 'on' as own,
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
    migration: (found?.migration as Migration | null | undefined) ?? undefined,
    hasEnqueueFunction: found?.enqueue_function === true,
    columns,
    tables: new Set([...columns].map((column) => column.split('.', 1)[0] ?? '')),
  }
}

const lookAgainAfterMs = 100
const looks = 3

/**
 * The tables as they can be used. Throws `migration-under-way` while they are being made; else `schema-missing` without them,
 * `schema-unsupported` where they are older than migration 35.
 */
export async function readSupportedSchema(session: Session, schema: SystemSchema): Promise<SystemSchema> {
  let current = schema
  for (let look = 0; ; look++) {
    const failure = findLack(current, session.target)
    if (!failure) return current
    const { migration } = current
    if (migration?.isActive) throw migrationUnderWay(session.target.label)
    if (!migration || look === looks) throw failure
    await delay(lookAgainAfterMs)
    current = await readSchema(session)
    const wentOn = current.migration !== undefined && current.migration.mark !== migration.mark
    if (wentOn && findLack(current, session.target)) throw migrationUnderWay(session.target.label)
  }
}

function findLack(schema: SystemSchema, { label, url }: DatabaseTarget): CliError | undefined {
  if (!schema.has('workflow_status')) {
    const words = [withoutPassword(url), ...(schema.name === 'dbos' ? [] : ['--schema', schema.name])]
    return new CliError('schema-missing', `There are no DBOS tables in schema ${schema.name} of ${label}.`, {
      hint: schema.own
        ? 'drover config   # is this the right database? name another schema with --schema'
        : `start the application once, or: npx dbos schema ${words.map(shellWord).join(' ')}   # drover config shows what chose this database`,
      isTransient: true,
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
  if (!lacking) return undefined
  return new CliError(
    'schema-unsupported',
    `The DBOS tables of ${label} are too old: ${lacking.join('.')} is missing; drover reads those of SDK 4.10 and later.`,
    { hint: 'update the application, whose launch migrates its tables', isTransient: true },
  )
}

function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}
