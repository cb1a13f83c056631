import pg, { type ClientBase } from 'pg'
import { lockKey } from '../../core/dbos-names.ts'
import type { RecordSetup } from '../../core/decide/decision-record.ts'
import { CliError } from '../../core/errors.ts'
import type { ActionName } from '../../core/record/recorded-action.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { Row } from '../connection/connect.ts'
import { operatorGrants } from '../record/actions-table.ts'
import { recordArguments, recordFunction, recordFunctionBody } from '../record/create-record-function.ts'
import { notifications } from '../tables/notifications.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { decideArguments, decideFunction, decideFunctionBody } from './create-decide-function.ts'
import { definerFunctionName } from './definer-function.ts'
import { createRecordStatements, deciderGrants } from './record-table.ts'

/** `function`: decisions go through it. `table`: an older record, which deciders write themselves. */
export type RecordKind = 'none' | 'table' | 'function'

export interface FoundRecord {
  readonly kind: RecordKind
  /** The functions are as this drover makes them. */
  readonly isCurrent: boolean
  readonly mayCall: boolean
  /** There are lines for actions, too, and this role may write them. */
  readonly hasActions: boolean
  /** False of one that came later than this record, which an older drover made. */
  knows(action: ActionName): boolean
  readonly mayRecord: boolean
  /** Nothing can be written through this connection. */
  readonly isReadOnly: boolean
}

/** Not `to_regclass`: it may remember that there was none when the transaction began. */
const selectRecord = `select exists(
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'drover' and c.relname = 'decisions'
  ) as has_table, current_setting('transaction_read_only') = 'on' as is_read_only, f.prosrc as source, r.prosrc as recorder,
    has_schema_privilege(f.pronamespace, 'usage') and has_function_privilege(f.oid, 'execute') as may_call,
    has_schema_privilege(r.pronamespace, 'usage') and has_function_privilege(r.oid, 'execute') as may_record
  from (select 1) one left join (${selectFunction(1)}) f on true left join (${selectFunction(2)}) r on true`

function selectFunction(parameter: number): string {
  return `select p.oid, p.prosrc, p.pronamespace from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = 'drover' and p.proname = $${parameter}`
}

const namesOf = (schema: SystemSchema) => [
  definerFunctionName('decide', schema),
  definerFunctionName('record', schema),
]

function toFound([row]: readonly Row[], schema: SystemSchema): FoundRecord {
  const hasFunction = typeof row?.source === 'string'
  const current = recordFunctionBody(schema)
  return {
    kind: row?.has_table !== true ? 'none' : hasFunction ? 'function' : 'table',
    isCurrent: row?.source === decideFunctionBody(schema) && row?.recorder === current,
    mayCall: row?.may_call === true,
    hasActions: typeof row?.recorder === 'string',
    // What is done to tables that are not there is in no function.
    knows: (action) => String(row?.recorder).includes(`'${action}'`) || !current.includes(`'${action}'`),
    mayRecord: row?.may_record === true,
    isReadOnly: row?.is_read_only === true,
  }
}

export async function findRecord({ session, schema }: Database): Promise<FoundRecord> {
  return toFound(await session.query(selectRecord, namesOf(schema)), schema)
}

/** In drover's own database the record comes by itself, and is brought up to date. What is there then. */
export async function createMissingRecord(database: Database, found: FoundRecord): Promise<FoundRecord> {
  if (!database.schema.own || found.isCurrent) return found
  try {
    await createOnce(database)
  } catch (error) {
    // Somebody else's role: what is there is there.
    if (error instanceof CliError && error.code === 'permission-denied') return found
    throw error
  }
  return findRecord(database)
}

export async function hasRecord(database: Database): Promise<boolean> {
  return (await findRecord(database)).kind !== 'none'
}

/** Whether there is a record to read; in drover's own database there may be none yet. Else throws `no-record`. */
export async function requireReadableRecord(database: Database): Promise<boolean> {
  if (await hasRecord(database)) return true
  if (database.schema.own) return false
  throw new CliError('no-record', `${database.session.target.label} has no record of decisions.`, {
    hint: phrase`${command('audit init')}   # creates it, by a role that may create a schema`,
  })
}

/**
 * How decisions are recorded here: in drover's own database the record is created, or brought up to date; else it is
 * missed with `no-record`. Throws `permission-denied` where this role may not decide.
 */
export async function requireRecord(database: Database): Promise<Exclude<RecordKind, 'none'>> {
  const { session, schema } = database
  const { kind, isCurrent, mayCall } = await findRecord(database)
  const { label } = session.target
  if (schema.own && !isCurrent) {
    await createOnce(database)
    return 'function'
  }
  if (kind === 'none') {
    throw new CliError('no-record', `Who decides cannot be recorded: ${label} has no record yet.`, {
      hint: phrase`${command('audit init')}   # once, by a role that may create a schema; or "audit": "off" in drover.config.json`,
    })
  }
  if (kind === 'table' || mayCall) return kind
  const [row] = await session.query('select current_user as role')
  throw new CliError('permission-denied', `${String(row?.role)} may not decide on ${label}.`, {
    hint: phrase`${command('audit init', [], { '--decider': String(row?.role) })}   # by the owner of the record`,
  })
}

/**
 * `create … if not exists` is no help against another process that creates the same at the same time, and takes locks
 * on what is there already, which deciders hold too.
 */
async function createOnce(
  { session, schema }: Database,
  grant: readonly string[] = [],
  check: (client: ClientBase) => Promise<void> = async () => {},
): Promise<void> {
  await session.transaction(async (client) => {
    await client.query(`select pg_advisory_xact_lock(${lockKey.record})`)
    const { rows } = await client.query<Row>(selectRecord, namesOf(schema))
    if (!toFound(rows, schema).isCurrent) {
      await requireOwnRights(client, schema)
      await client.query(createRecordStatements(schema))
    }
    for (const statements of grant) await client.query(statements)
    await check(client)
  })
}

/** The function decides with the rights of whoever creates it. */
async function requireOwnRights(client: ClientBase, schema: SystemSchema): Promise<void> {
  const { rows } = await client.query<Row>(
    `select current_user as role, has_table_privilege($1, 'insert') as may_send, bool_and(may_read) as may_read
     from (select has_table_privilege(oid, 'select') as may_read from pg_class
       where relnamespace = to_regnamespace(quote_ident($2)) and relkind = 'r') tables group by 1, 2`,
    [String(notifications.in(schema)), schema.name],
  )
  const { role, may_send: maySend, may_read: mayRead } = rows[0] ?? {}
  if (maySend === true && mayRead === true) return
  const system = pg.escapeIdentifier(schema.name)
  const grant =
    mayRead === true ? `insert on ${notifications.in(schema)}` : `select on all tables in schema ${system}`
  throw new CliError(
    'permission-denied',
    `${String(role)} would decide for everybody, and may not: it lacks ${grant}.`,
    {
      hint: `run it as the owner of the tables, or let the owner: grant ${grant} to ${pg.escapeIdentifier(String(role))}`,
    },
  )
}

/** Creates the record, or tells how. */
export async function createRecord(
  database: Database,
  { decider, operator, run }: RecordSetup,
): Promise<string> {
  const { schema } = database
  const grant = [
    ...(decider === undefined ? [] : [deciderGrants(schema, decider)]),
    ...(operator === undefined ? [] : [operatorGrants(schema, operator)]),
  ]
  if (run) {
    for (const role of [decider, operator]) if (role !== undefined) await requireRole(database, role)
    await createOnce(database, grant, async (client) => {
      if (decider !== undefined) await requireGranted(client, decider, deciderNeeds(schema))
      if (operator !== undefined) await requireGranted(client, operator, operatorNeeds(schema))
    })
  }
  return [createRecordStatements(schema), ...grant].join('\n')
}

async function requireRole({ session }: Database, role: string): Promise<void> {
  const found = await session.query('select from pg_roles where rolname = $1', [role])
  if (found.length > 0) return
  throw new CliError('invalid-argument', `There is no role "${role}" in ${session.target.label}.`, {
    hint: `create it first, with: create role ${pg.escapeIdentifier(role)} login`,
  })
}

/** What a role must have been granted. */
interface Needs {
  readonly verb: 'decide' | 'record what it does'
  /** The schema of which it reads all tables; null where it has its rights there already. */
  readonly system: string | null
  readonly tables: readonly string[]
  readonly functionCall: string
}

function deciderNeeds(schema: SystemSchema): Needs {
  const functionCall = `${decideFunction(schema)}(${decideArguments})`
  return { verb: 'decide', system: schema.name, tables: ['drover.decisions'], functionCall }
}

function operatorNeeds(schema: SystemSchema): Needs {
  return {
    verb: 'record what it does',
    system: null,
    tables: ['drover.actions', 'drover.decisions'],
    functionCall: `${recordFunction(schema)}(${recordArguments})`,
  }
}

/** A grant by a role without the grant option is only a warning to Postgres, which nobody sees. */
async function requireGranted(client: ClientBase, role: string, needs: Needs): Promise<void> {
  const { system, tables, functionCall } = needs
  const { rows } = await client.query<Row>(
    `select what, session_user as granter from (
       select 1 as place, 'usage on schema ' || quote_ident(nspname) as what,
         has_schema_privilege($1, oid, 'usage') as is_granted
       from pg_namespace where nspname in ($2, 'drover')
       union all
       select 2, 'select on ' || oid::regclass, has_table_privilege($1, oid, 'select')
       from pg_class where relnamespace = to_regnamespace(quote_ident($2)) and relkind in ('r', 'p', 'v', 'm', 'f')
       union all
       select 3, 'select on ' || name, has_table_privilege($1, name, 'select') from unnest($3::text[]) name
       union all
       select 4, 'execute on function ' || $4, has_function_privilege($1, $4, 'execute')
     ) privileges where not is_granted order by place, what`,
    [role, system, tables, functionCall],
  )
  const [first] = rows
  if (!first) return
  const granter = pg.escapeIdentifier(String(first.granter))
  const more = rows.length === 1 ? '' : ` and ${rows.length - 1} more`
  throw new CliError(
    'permission-denied',
    `${String(first.granter)} may not pass on what ${role} needs to ${needs.verb}: it has no grant option for ${String(first.what)}${more}.`,
    {
      hint: `run it as the owner of the tables, or let the owner: grant ${String(first.what)} to ${granter} with grant option`,
    },
  )
}
