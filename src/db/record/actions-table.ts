import pg from 'pg'
import { selectGrantees } from '../decide/definer-function.ts'
import { dollarQuote } from '../decide/dollar-quote.ts'
import { notifications } from '../tables/notifications.ts'
import { queues } from '../tables/registered-queues.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { recordArguments, recordFunction } from './create-record-function.ts'

/** Lines of which the change is that something is gone, which can be seen only once it is. */
const removals = `('delete', 'retain', 'queues delete')`

/** Append-only also for its owner, as `drover.decisions`. */
export const createActionsTable = `create table if not exists drover.actions (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  session_user_name text not null default session_user,
  client_address inet default inet_client_addr(),
  process_id integer not null default pg_backend_pid(),
  transaction_id xid8 not null default pg_current_xact_id(),
  system_schema text not null,
  action text not null,
  workflow_id text,
  subject text,
  workflow_ids text[],
  outcome text not null check (outcome in ('done', 'sent', 'intended', 'failed')),
  intent_id bigint,
  before jsonb,
  after jsonb,
  actor text not null,
  actor_source text not null,
  comment text
);
create unique index if not exists actions_once on drover.actions
  (transaction_id, action, coalesce(workflow_id, subject, '')) where outcome in ('done', 'sent') and intent_id is null;
create unique index if not exists actions_one_end on drover.actions (intent_id) where intent_id is not null;
create index if not exists actions_by_workflow on drover.actions (workflow_id, id) where workflow_id is not null;
create index if not exists actions_by_time on drover.actions (at);
create index if not exists actions_intended on drover.actions (id) where outcome = 'intended';
drop trigger if exists actions_append_only on drover.actions;
create trigger actions_append_only before update or delete or truncate on drover.actions
  for each statement execute function drover.refuse_change();
revoke update, delete, truncate on drover.actions from public, current_user;
create or replace function drover.require_gone() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as ${dollarQuote(requireGoneBody(), 'gone')};
revoke all on function drover.require_gone() from public;
drop trigger if exists actions_hold on drover.actions;
create constraint trigger actions_hold after insert on drover.actions deferrable initially deferred
  for each row when (new.action in ${removals}) execute function drover.require_gone();`

/** At the end of the transaction: what a line says is deleted is. */
function requireGoneBody(): string {
  const { table, columns } = workflowStatus
  return `
declare is_there boolean;
begin
  if new.action = 'queues delete' then
    execute format('select exists(select from %I.${queues.table} where ${queues.columns.name} = $1)', new.system_schema)
      into is_there using new.subject;
  else
    execute format('select exists(select from %I.${table} where ${columns.id} = any($1))', new.system_schema)
      into is_there using coalesce(new.workflow_ids, array[new.workflow_id]);
  end if;
  if is_there then
    raise exception 'drover records a deletion only together with it' using errcode = '42501';
  end if;
  return null;
end `
}

/** Who may change workflows, or send to them, may record that it did, and reads what is on record. */
export function passOnActionGrants(schema: SystemSchema): string {
  const body = `declare granted text; begin
  for granted in
    ${selectGrantees(`c.oid = ${pg.escapeLiteral(String(workflowStatus.in(schema)))}::regclass and g.privilege_type = 'UPDATE'
      or c.oid = ${pg.escapeLiteral(String(notifications.in(schema)))}::regclass and g.privilege_type = 'INSERT'`)}
  loop
    execute 'grant usage on schema drover to ' || granted;
    execute 'grant select on drover.actions, drover.decisions to ' || granted;
    execute ${pg.escapeLiteral(`grant execute on function ${recordFunction(schema)}(${recordArguments}) to `)} || granted;
  end loop;
end`
  return `do ${dollarQuote(body, 'operators')};`
}

export function operatorGrants(schema: SystemSchema, operator: string): string {
  const role = pg.escapeIdentifier(operator)
  return `grant usage on schema drover to ${role};
grant select on drover.actions, drover.decisions to ${role};
grant execute on function ${recordFunction(schema)}(${recordArguments}) to ${role};`
}
