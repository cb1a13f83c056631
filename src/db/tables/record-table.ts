import pg, { type ClientBase } from 'pg'
import { lockKey } from '../../core/dbos-names.ts'
import type { RecordSetup } from '../../core/decide/decision-record.ts'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { Row, Session } from '../connection/connect.ts'
import { notifications } from './notifications.ts'
import type { SystemSchema } from './schema.ts'
import type { Database } from './system-database.ts'
import { workflowStatus } from './workflow-status.ts'

/** What a decider may write; the rest are defaults that it cannot choose. */
export const writtenColumns = [
  'system_schema',
  'workflow_id',
  'workflow_name',
  'step',
  'topic',
  'wait_key',
  'decision',
  'outcome',
  'forced',
  'actor',
  'actor_source',
  'comment',
  'payload_sha256',
] as const

/** Append-only also for its owner, who could grant itself what is revoked: hence the trigger. */
const createStatements = `create schema if not exists drover;
create table if not exists drover.decisions (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  session_user_name text not null default session_user,
  client_address inet default inet_client_addr(),
  system_schema text not null,
  workflow_id text not null,
  workflow_name text not null,
  step integer not null,
  topic text,
  wait_key text not null,
  decision text not null check (decision in ('approved', 'rejected')),
  outcome text not null,
  forced boolean not null,
  actor text not null,
  actor_source text not null,
  comment text,
  payload_sha256 text not null
);
create unique index if not exists decisions_one_per_wait
  on drover.decisions (system_schema, wait_key) where outcome = 'stored';
create index if not exists decisions_by_workflow on drover.decisions (workflow_id, id);
create index if not exists decisions_by_time on drover.decisions (at);
create or replace function drover.refuse_change() returns trigger language plpgsql as
  $$ begin raise exception 'drover.decisions is append-only' using errcode = '42501'; end $$;
drop trigger if exists decisions_append_only on drover.decisions;
create trigger decisions_append_only before update or delete or truncate on drover.decisions
  for each statement execute function drover.refuse_change();
revoke update, delete, truncate on drover.decisions from public, current_user;`

/** `for update` needs the right to update a column, whichever. */
function grants(schema: SystemSchema, decider: string): string {
  const role = pg.escapeIdentifier(decider)
  const system = pg.escapeIdentifier(schema.name)
  return `grant usage on schema ${system}, drover to ${role};
grant select on all tables in schema ${system} to ${role};
grant insert on ${notifications.in(schema)} to ${role};
grant update (${workflowStatus.columns.updatedAt}) on ${workflowStatus.in(schema)} to ${role};
grant select, insert (${writtenColumns.join(', ')})
  on drover.decisions to ${role};`
}

async function requireRole(session: Session, role: string): Promise<void> {
  const found = await session.query('select from pg_roles where rolname = $1', [role])
  if (found.length > 0) return
  throw new CliError('invalid-argument', `There is no role "${role}" in ${session.target.label}.`, {
    hint: `create it first, with: create role ${pg.escapeIdentifier(role)} login`,
  })
}

/**
 * `create … if not exists` is no help against another process that creates the same at the same time, and takes locks
 * on what is there already, which deciders hold too.
 */
async function createOnce(
  session: Session,
  grant: readonly string[] = [],
  check: (client: ClientBase) => Promise<void> = async () => {},
): Promise<void> {
  await session.transaction(async (client) => {
    await client.query(`select pg_advisory_xact_lock(${lockKey.record})`)
    const { rows } = await client.query<Row>(selectRecord)
    if (rows[0]?.is_there !== true) await client.query(createStatements)
    for (const statements of grant) await client.query(statements)
    await check(client)
  })
}

/** A grant by a role without the grant option is only a warning to Postgres, which nobody sees. */
async function requireGranted(
  client: ClientBase,
  schema: SystemSchema,
  decider: string | undefined,
): Promise<void> {
  if (decider === undefined) return
  const { rows } = await client.query<Row>(
    `select what, session_user as granter from (
       select 1 as place, 'usage on schema ' || quote_ident(nspname) as what,
         has_schema_privilege($1, oid, 'usage') as is_granted
       from pg_namespace where nspname in ($2, 'drover')
       union all
       select 2, 'select on ' || oid::regclass, has_table_privilege($1, oid, 'select')
       from pg_class where relnamespace = to_regnamespace(quote_ident($2)) and relkind in ('r', 'p', 'v', 'm', 'f')
       union all
       select 3, 'insert on ' || $3, has_table_privilege($1, $3, 'insert')
       union all
       select 4, 'update (${workflowStatus.columns.updatedAt}) on ' || $4,
         has_column_privilege($1, $4, '${workflowStatus.columns.updatedAt}', 'update')
       union all
       select 5, 'select on drover.decisions', has_table_privilege($1, 'drover.decisions', 'select')
       union all
       select 6, 'insert (' || array_to_string($5::text[], ', ') || ') on drover.decisions',
         (select bool_and(has_column_privilege($1, 'drover.decisions', name, 'insert')) from unnest($5::text[]) name)
     ) privileges where not is_granted order by place, what`,
    [
      decider,
      schema.name,
      String(notifications.in(schema)),
      String(workflowStatus.in(schema)),
      writtenColumns,
    ],
  )
  const [first] = rows
  if (!first) return
  const role = pg.escapeIdentifier(String(first.granter))
  const more = rows.length === 1 ? '' : ` and ${rows.length - 1} more`
  throw new CliError(
    'permission-denied',
    `${String(first.granter)} may not pass on what ${decider} needs to decide: it has no grant option for ${String(first.what)}${more}.`,
    {
      hint: `run it as the owner of the tables, or let the owner: grant ${String(first.what)} to ${role} with grant option`,
    },
  )
}

/** Creates the record, or tells how. */
export async function createRecord(
  { session, schema }: Database,
  { decider, run }: RecordSetup,
): Promise<string> {
  const grant = decider === undefined ? [] : [grants(schema, decider)]
  if (run && decider !== undefined) await requireRole(session, decider)
  if (run) await createOnce(session, grant, (client) => requireGranted(client, schema, decider))
  return [createStatements, ...grant].join('\n')
}

/** Not `to_regclass`: it may remember that there was none when the transaction began. */
const selectRecord = `select exists(
  select from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'drover' and c.relname = 'decisions'
) as is_there`

export async function hasRecord(session: Session): Promise<boolean> {
  const [row] = await session.query(selectRecord)
  return row?.is_there === true
}

/** The record is there after this: created in drover's own database, else missed with `no-record`. */
export async function requireRecord({ session, schema }: Database): Promise<void> {
  if (await hasRecord(session)) return
  if (schema.own) return createOnce(session)
  throw new CliError(
    'no-record',
    `Who decides cannot be recorded: ${session.target.label} has no record yet.`,
    {
      hint: phrase`${command('audit init')}   # once, by a role that may create a schema; or "audit": "off" in drover.config.json`,
    },
  )
}
