import type { ClientBase } from 'pg'
import pg from 'pg'
import { lockKey } from '../../core/dbos-names.ts'
import type { PauseGuard } from '../../core/platform.ts'
import type { Row } from '../connection/connect.ts'
import { dollarQuote } from '../decide/dollar-quote.ts'
import { queues } from '../tables/registered-queues.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'

/** Also where this role may not look: then there are none for it. */
export interface PauseObjects {
  readonly hasTable: boolean
  readonly hasTrigger: boolean
}

const pauseTrigger = 'drover_keep_paused'

/** Not `to_regclass`, which fails where this role may not use the schema. */
const selectObjects = `select
    exists(select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'drover' and c.relname = 'queue_pauses' and has_schema_privilege(n.oid, 'usage')
        and has_table_privilege(c.oid, $2)) as has_table,
    exists(select from pg_trigger t where t.tgrelid = $1::regclass and t.tgname = '${pauseTrigger}') as has_trigger`

function toObjects([row]: readonly Row[]): PauseObjects {
  return { hasTable: row?.has_table === true, hasTrigger: row?.has_trigger === true }
}

export async function findPauseObjects({ session, schema }: Database): Promise<PauseObjects> {
  return toObjects(await session.query(selectObjects, [String(queues.in(schema)), 'select']))
}

/** Those that this role may change pauses with. */
export async function findOwnPauseObjects(client: ClientBase, schema: SystemSchema): Promise<PauseObjects> {
  const { rows } = await client.query<Row>(selectObjects, [
    String(queues.in(schema)),
    'select, insert, update, delete',
  ])
  return toObjects(rows)
}

const createTable = `create schema if not exists drover;
create table if not exists drover.queue_pauses (
  system_schema text not null,
  queue text not null,
  limit_after integer,
  paused_at timestamptz not null default clock_timestamp(),
  primary key (system_schema, queue)
);`

/** Who may change queues may pause them, and who may read them sees since when. */
function passOnGrants(schema: SystemSchema): string {
  const body = `declare granted record; begin
  for granted in
    select case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end as role,
      bool_or(g.privilege_type = 'UPDATE') as may_change
    from pg_class c, lateral aclexplode(c.relacl) g
    where c.oid = ${pg.escapeLiteral(String(queues.in(schema)))}::regclass and g.privilege_type in ('SELECT', 'UPDATE')
    group by g.grantee
  loop
    execute 'grant usage on schema drover to ' || granted.role;
    execute 'grant select on drover.queue_pauses to ' || granted.role;
    if granted.may_change then
      execute 'grant insert, update, delete on drover.queue_pauses to ' || granted.role;
    end if;
  end loop;
end`
  return `do ${dollarQuote(body, 'grants')};`
}

/**
 * A worker that starts writes the limits of its queues, by an insert that is an update where the queue is there: what it
 * writes is kept for later, and the queue stays as it is. As its owner, for a worker has no right to look at pauses.
 */
function createTrigger(schema: SystemSchema): string {
  const q = queues.in(schema)
  const { name, workerConcurrency } = queues.columns
  const body = `
begin
  if new.${workerConcurrency} is not distinct from 0 then return new; end if;
  if tg_op = 'INSERT' and exists (select from ${q} where ${q.name} = new.${name}) then return new; end if;
  update drover.queue_pauses p set limit_after = new.${workerConcurrency}
    where p.system_schema = ${pg.escapeLiteral(schema.name)} and p.queue = new.${name};
  if found then new.${workerConcurrency} := 0; end if;
  return new;
end `
  const call = `drover.${pg.escapeIdentifier(`keep_paused_${schema.name}`)}()`
  return `create or replace function ${call} returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as ${dollarQuote(body, 'pause')};
revoke all on function ${call} from public;
create trigger ${pauseTrigger} before insert or update on ${q}
  for each row execute function ${call};`
}

/** Makes what is missing, as far as this role may; in the transaction of the pause, before it locks anything else. */
export async function ensurePauseGuard(client: ClientBase, schema: SystemSchema): Promise<PauseGuard> {
  await client.query(`select pg_advisory_xact_lock(${lockKey.pauses})`)
  const { hasTable, hasTrigger } = await findOwnPauseObjects(client, schema)
  if (hasTable && hasTrigger) return 'trigger'
  const { rows } = await client.query<Row>(
    `select (case when n.oid is null then has_database_privilege(current_database(), 'create')
        else has_schema_privilege(n.oid, 'create') end) as may_create,
      has_table_privilege($1, 'trigger') as may_trigger
     from (select 1) one left join pg_namespace n on n.nspname = 'drover'`,
    [String(queues.in(schema))],
  )
  const { may_create: mayCreate, may_trigger: mayTrigger } = rows[0] ?? {}
  if (!hasTable) {
    if (mayCreate !== true) return 'none'
    await client.query(createTable)
    await client.query(passOnGrants(schema))
  }
  if (hasTrigger) return 'trigger'
  if (mayCreate !== true || mayTrigger !== true) return 'record'
  await client.query(createTrigger(schema))
  return 'trigger'
}

/**
 * Once nothing is paused nothing of drover's stays on a table of DBOS, where this role may take it away. In a transaction of
 * its own, which holds nothing that a worker waits for while it waits for the table.
 */
export async function dropUnneededTrigger({ session, schema }: Database): Promise<void> {
  try {
    await session.transaction(async (client) => {
      const { hasTable, hasTrigger } = await findOwnPauseObjects(client, schema)
      if (!hasTable || !hasTrigger || !(await isTriggerUnneeded(client, schema))) return
      await client.query(`set local lock_timeout = '1s'`)
      await client.query(`lock table ${queues.in(schema)} in access exclusive mode`)
      // Whoever held the table may have paused another queue.
      if (await isTriggerUnneeded(client, schema))
        await client.query(`drop trigger ${pauseTrigger} on ${queues.in(schema)}`)
    })
  } catch {
    // Somebody reads the table for long: the trigger does nothing while nothing is paused.
  }
}

async function isTriggerUnneeded(client: ClientBase, schema: SystemSchema): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_class c where c.oid = $1::regclass and pg_has_role(c.relowner, 'usage')
       and exists(select from pg_trigger t where t.tgrelid = c.oid and t.tgname = '${pauseTrigger}')
       and not exists(select from drover.queue_pauses where system_schema = $2)`,
    [String(queues.in(schema)), schema.name],
  )
  return rows.length > 0
}

/** Of a queue that is deleted: one of that name that comes later is another one. */
export async function forgetPause(client: ClientBase, schema: SystemSchema, name: string): Promise<void> {
  const { hasTable } = await findOwnPauseObjects(client, schema)
  if (!hasTable) return
  await client.query('delete from drover.queue_pauses where system_schema = $1 and queue = $2', [
    schema.name,
    name,
  ])
}
