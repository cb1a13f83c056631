import pg from 'pg'
import { createActionsTable, passOnActionGrants } from '../record/actions-table.ts'
import { createRecordFunction } from '../record/create-record-function.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { createDecideFunction, decideArguments, decideFunction } from './create-decide-function.ts'
import { selectGrantees } from './definer-function.ts'
import { dollarQuote } from './dollar-quote.ts'

/** What deciders wrote themselves before there was a function for it; the rest are defaults that nobody chooses. */
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
const createTable = `create schema if not exists drover;
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
  $$ begin raise exception 'drover.% is append-only', tg_table_name using errcode = '42501'; end $$;
drop trigger if exists decisions_append_only on drover.decisions;
create trigger decisions_append_only before update or delete or truncate on drover.decisions
  for each statement execute function drover.refuse_change();
revoke update, delete, truncate on drover.decisions from public, current_user;`

/** Roles that could write lines themselves decide by the function from then on. */
function moveDeciders(schema: SystemSchema): string {
  const w = workflowStatus.in(schema)
  const call = `${decideFunction(schema)}(${decideArguments})`
  const body = `declare decider text; begin
  for decider in
    ${selectGrantees("c.oid = 'drover.decisions'::regclass and g.privilege_type = 'INSERT'")}
  loop
    execute 'revoke insert on drover.decisions from ' || decider;
    execute ${pg.escapeLiteral(`revoke update (${w.updatedAt}) on ${w} from `)} || decider;
    execute ${pg.escapeLiteral(`grant execute on function ${call} to `)} || decider;
  end loop;
end`
  return `do ${dollarQuote(body, 'move')};`
}

/** What makes a record for these tables, or one out of an older record. */
export function createRecordStatements(schema: SystemSchema): string {
  return [
    ...[createTable, createDecideFunction(schema), moveDeciders(schema)],
    ...[createActionsTable, createRecordFunction(schema), passOnActionGrants(schema)],
  ].join('\n')
}

/** To read what waits, to call the function and to read the record: nothing to write anywhere. */
export function deciderGrants(schema: SystemSchema, decider: string): string {
  const role = pg.escapeIdentifier(decider)
  const system = pg.escapeIdentifier(schema.name)
  return `grant usage on schema ${system}, drover to ${role};
grant select on all tables in schema ${system} to ${role};
grant select on drover.decisions to ${role};
grant execute on function ${decideFunction(schema)}(${decideArguments}) to ${role};`
}
