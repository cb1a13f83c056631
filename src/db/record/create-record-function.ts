import pg from 'pg'
import { noTopic } from '../../core/dbos-names.ts'
import { intendedActions } from '../../core/record/recorded-action.ts'
import { definerFunction } from '../decide/definer-function.ts'
import { dollarQuote } from '../decide/dollar-quote.ts'
import { applicationVersions } from '../tables/application-versions.ts'
import { notifications } from '../tables/notifications.ts'
import { queues } from '../tables/registered-queues.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowSchedules } from '../tables/workflow-schedules.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** Qualified and quoted. */
export function recordFunction(schema: Pick<SystemSchema, 'name'>): string {
  return definerFunction('record', schema)
}

export const recordArguments = 'text, text, jsonb, bigint, text, text, text'

/**
 * Writes lines of the record of actions, as its owner: who may call it needs no right to write there. A line that says that
 * something was done is written only in the transaction that did it, which the rows themselves tell by `xmin`; of what
 * is deleted a trigger looks at the end of the transaction. Claimed are only name and comment, and how it was before.
 */
export function createRecordFunction(schema: SystemSchema): string {
  return `create or replace function ${recordFunction(schema)}(
  in_action text, in_outcome text, in_lines jsonb, in_intent bigint, in_actor text, in_actor_source text, in_comment text
) returns bigint language plpgsql security definer
  set search_path = pg_catalog, pg_temp
as ${dollarQuote(recordFunctionBody(schema), 'record')};
revoke all on function ${recordFunction(schema)}(${recordArguments}) from public;`
}

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')

/** As Postgres keeps it. Each line is `{workflowId?, subject?, workflowIds?, copy?, before?, after?}`. */
export function recordFunctionBody(schema: SystemSchema): string {
  const system = pg.escapeLiteral(schema.name)
  const w = workflowStatus.in(schema, 'w')
  const n = notifications.in(schema, 'n')
  const lines = `jsonb_to_recordset(in_lines)
      as l("workflowId" text, subject text, "workflowIds" text[], copy text, before jsonb, after jsonb)`
  const insert = `insert into drover.actions (system_schema, action, workflow_id, subject, workflow_ids, outcome, before, after,
      actor, actor_source, comment)
    select ${system}, in_action, l."workflowId", l.subject, l."workflowIds"`
  const signed = `in_actor, in_actor_source, in_comment`
  const forkedFrom = workflowStatus.isIn(schema, 'forkedFrom') ? `and ${w.forkedFrom} = l."workflowId"` : ''
  return `
declare
  own constant xid := pg_current_xact_id()::xid;
  expected constant bigint := jsonb_array_length(in_lines);
  intended drover.actions;
  written bigint;
  line_id bigint;
begin
  if in_intent is not null then
    select * into intended from drover.actions a where a.id = in_intent and a.outcome = 'intended'
      and a.session_user_name = session_user and a.system_schema = ${system};
    if not found or in_outcome not in ('done', 'failed') then
      raise exception 'drover records the end of what this role intended, and of nothing else' using errcode = '42501';
    end if;
    insert into drover.actions (system_schema, action, workflow_id, subject, outcome, intent_id, before, after,
        actor, actor_source, comment)
      values (${system}, intended.action, intended.workflow_id, intended.subject, in_outcome, in_intent, intended.before,
        in_lines -> 0 -> 'after', intended.actor, intended.actor_source, intended.comment)
      on conflict (intent_id) where intent_id is not null do nothing;
    return in_intent;
  end if;
  if in_outcome = 'intended' then
    if in_action not in (${quoted(intendedActions)}) then
      raise exception 'drover records this only together with its change' using errcode = '42501';
    end if;
    ${insert}, 'intended', l.before, l.after, ${signed} from ${lines} limit 1 returning id into line_id;
    return line_id;
  end if;

  if in_action in ('cancel', 'resume', 'rewind', 'recover', 'reprioritize', 'reschedule', 'requeue') then
    ${insert}, 'done', l.before, coalesce(l.after, '{}') || jsonb_strip_nulls(case
        when in_action = 'reprioritize' then jsonb_build_object('priority', ${w.priority})
        when in_action = 'reschedule' then jsonb_build_object('delayUntilMs', ${w.delayUntil})
        when in_action = 'requeue' then jsonb_build_object('queue', ${w.queue})
        else jsonb_build_object('status', ${w.status}, 'queue', ${w.queue}, 'version',
          case when in_action in ('recover', 'rewind') then ${w.version} end) end), ${signed}
      from ${lines} join ${w} on ${w.id} = l."workflowId" and w.xmin = own
        and (${w.status} = 'CANCELLED') = (in_action = 'cancel')
        and (in_action = 'cancel' or ${w.status} = 'ENQUEUED'
          or ${w.status} = 'DELAYED' and in_action not in ('resume', 'rewind'));
  elsif in_action = 'fork' then
    ${insert}, 'done', l.before, coalesce(l.after, '{}') || jsonb_build_object('copy', ${w.id}, 'queue', ${w.queue}), ${signed}
      from ${lines} join ${w} on ${w.id} = l.copy and w.xmin = own ${forkedFrom};
  elsif in_action = 'delete' then
    ${insert}, 'done', jsonb_build_object('status', ${w.status}, 'name', ${w.name}), null, ${signed}
      from ${lines} join ${w} on ${w.id} = l."workflowId"
        and ${w.status} not in ('PENDING', 'ENQUEUED', 'DELAYED');
  elsif in_action = 'retain' then
    ${insert}, 'done', l.before, jsonb_build_object('deleted', cardinality(l."workflowIds")), ${signed}
      from ${lines} where cardinality(l."workflowIds") = (select count(*) from ${w} where ${w.id} = any(l."workflowIds")
        and ${w.status} not in ('PENDING', 'ENQUEUED', 'DELAYED'));
  elsif in_action = 'import' then
    ${insert}, 'done', null, l.after, ${signed}
      from ${lines} where cardinality(l."workflowIds") > 0 and cardinality(l."workflowIds") =
        (select count(*) from ${w} where ${w.id} = any(l."workflowIds") and w.xmin = own);
  elsif in_action = 'send' then
    ${insert}, 'sent', null, coalesce(l.after, '{}') || jsonb_build_object('topic', nullif(sent.topic, '${noTopic}')), ${signed}
      from ${lines} join lateral (
        select ${n.topic} as topic from ${n} where ${n.workflowId} = l."workflowId" and n.xmin = own limit 1
      ) sent on true;
  ${platformBranches(schema, insert, lines, signed)}
  else
    raise exception 'drover does not know this action' using errcode = '42501';
  end if;
  get diagnostics written = row_count;
  if written <> expected then
    raise exception 'drover records what is done only in the transaction that does it' using errcode = '42501';
  end if;
  return null;
end `
}

/** Of tables that not every version has. */
function platformBranches(schema: SystemSchema, insert: string, lines: string, signed: string): string {
  const q = queues.in(schema, 'q')
  const s = workflowSchedules.in(schema, 's')
  const v = applicationVersions.in(schema, 'v')
  const limits = queueLimits(schema)
  const parts: string[] = []
  if (queues.isIn(schema)) {
    parts.push(`elsif in_action in ('queues create', 'queues set', 'queues pause', 'queues resume') then
    ${insert}, 'done', l.before, ${limits}, ${signed}
      from ${lines} join ${q} on ${q.name} = l.subject and q.xmin = own;
  elsif in_action = 'queues delete' then
    ${insert}, 'done', ${limits}, null, ${signed} from ${lines} join ${q} on ${q.name} = l.subject;`)
  }
  if (workflowSchedules.isIn(schema)) {
    parts.push(`elsif in_action in ('schedules pause', 'schedules resume') then
    ${insert}, 'done', l.before, jsonb_build_object('status', ${s.status}), ${signed}
      from ${lines} join ${s} on ${s.name} = l.subject and s.xmin = own
        and (${s.status} = 'PAUSED') = (in_action = 'schedules pause');`)
  }
  if (applicationVersions.isIn(schema)) {
    parts.push(`elsif in_action = 'versions promote' then
    ${insert}, 'done', l.before, jsonb_build_object('latest', l.subject), ${signed}
      from ${lines} join ${v} on ${v.version} = l.subject and v.xmin = own;`)
  }
  return parts.join('\n  ')
}

/** SQL of what the row \`q\` of a queue says, as lines keep it. */
export function queueLimits(schema: SystemSchema): string {
  const q = queues.in(schema, 'q')
  return `jsonb_strip_nulls(jsonb_build_object('concurrency', ${q.concurrency}, 'workerConcurrency', ${q.workerConcurrency},
    'rateMax', ${q.rateMax}, 'ratePeriodSeconds', ${q.ratePeriodSeconds}, 'pollSeconds', ${q.pollSeconds},
    'partitionConcurrency', ${q.partitionConcurrency}, 'partitionWorkerConcurrency', ${q.partitionWorkerConcurrency},
    'partitionRateMax', ${q.partitionRateMax}, 'partitionRatePeriodSeconds', ${q.partitionRatePeriodSeconds}))`
}
