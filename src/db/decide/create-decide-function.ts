import pg from 'pg'
import { askPrefix, dbosStep, noTopic } from '../../core/dbos-names.ts'
import { nullValues } from '../read/select-open-waits.ts'
import { usualSerialization } from '../tables/decode.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { definerFunction } from './definer-function.ts'
import { dollarQuote } from './dollar-quote.ts'
import { lockTimeoutSeconds } from './find-holder.ts'

/** Qualified and quoted. */
export function decideFunction(schema: Pick<SystemSchema, 'name'>): string {
  return definerFunction('decide', schema)
}

export const decideArguments =
  'text, integer, text, text, text, text, bigint, text, text, text, boolean, boolean'

/** Lines of refusals that one login can write about one wait. */
const mostRefusals = 100

/** A wait that another decider has under way is waited for no longer than this. */
const lockTimeout = `${lockTimeoutSeconds}s`

/**
 * Decides one wait, as its owner: who may call it needs no right to write anywhere. Everything that the record attests
 * (outcome, time, role, address, wait, topic of a wait that asked, hash of the message) is found out in here; claimed
 * are only name and comment. Two that decide the same wait are told apart by the unique index of the record, so that no
 * row of DBOS is locked. The rules are those of `judgeDecision`; the same tests hold both to them.
 */
export function createDecideFunction(schema: SystemSchema): string {
  return `create or replace function ${decideFunction(schema)}(
  in_workflow_id text, in_step integer, in_decision text, in_message text, in_serialization text, in_topic text,
  in_since_ms bigint, in_actor text, in_actor_source text, in_comment text, in_force boolean, in_by_workflow boolean,
  out outcome text, out decided_at timestamptz, out earlier_by text, out earlier_message text,
  out earlier_serialization text, out earlier_at_ms bigint, out status text, out until_ms bigint,
  out holder_role text, out holder_pid integer, out holder_application text
) language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '${lockTimeout}'
as ${dollarQuote(decideFunctionBody(schema))};
revoke all on function ${decideFunction(schema)}(${decideArguments}) from public;`
}

/** As Postgres keeps it. */
export function decideFunctionBody(schema: SystemSchema): string {
  const system = pg.escapeLiteral(schema.name)
  const w = workflowStatus.in(schema, 'w')
  const s = operationOutputs.in(schema, 's')
  const a = operationOutputs.in(schema, 'a')
  const h = workflowEventsHistory.in(schema, 'h')
  const n = notifications.in(schema, 'n')
  const sentColumns = `${n.message} as message, ${n.serialization} as serialization, ${n.sentAt} as sent_at`
  const sent = notifications.insert(schema, {
    workflowId: 'in_workflow_id',
    topic: `coalesce(found_topic, '${noTopic}')`,
    message: 'in_message',
    serialization: 'in_serialization',
    id: `wait_key_found || '::' || in_workflow_id`,
  })
  return `
#variable_conflict use_column
declare
  now_ms constant bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
  workflow record; asked record; timer record; taken record; earlier record; recent record; other record;
  is_same boolean;
  result text; previous text;
  since_ms bigint;
  found_topic text;
  content text;
  verdict text := in_decision;
  base_key text;
  wait_key_found text;
  turn integer;
begin
  select ${w.status} as current_status, ${w.name} as name, ${w.createdAt} as created_at into workflow from ${w}
    where ${w.id} = in_workflow_id;
  if not found then outcome := 'no-workflow'; return; end if;

  select ${h.key} as key, ${a.completedAt} as asked_at into asked from ${h}
    left join ${a} on ${a.workflowId} = ${h.workflowId} and ${a.step} = ${h.step}
    where ${h.workflowId} = in_workflow_id and ${h.step} = in_step - 1
      and starts_with(${h.key}, '${askPrefix}') and ${h.value} not in (${nullValues}) limit 1;
  select ${s.output} as output, ${s.startedAt} as started, ${s.startedAt} = ${s.completedAt} as is_timer
    into timer from ${s} where ${s.workflowId} = in_workflow_id and ${s.step} = in_step::bigint + 1
      and ${s.name} = '${dbosStep.sleep}';
  select ${s.name} as call, ${s.output} as output, ${s.serialization} as serialization, ${s.startedAt} as started,
      ${s.completedAt} as completed, ${s.output} is null or ${s.output} in (${nullValues}) as is_empty
    into taken from ${s} where ${s.workflowId} = in_workflow_id and ${s.step} = in_step;
  if taken.call is not null and taken.call <> '${dbosStep.recv}'
    or taken.call is null and asked.key is null and timer.is_timer is not true
  then outcome := 'no-wait'; return; end if;

  since_ms := case when asked.key is not null then coalesce(asked.asked_at, workflow.created_at)
    else coalesce(case when timer.is_timer then timer.started end, taken.started) end;
  if since_ms <> in_since_ms then outcome := 'no-wait'; return; end if;
  since_ms := coalesce(since_ms, in_since_ms, workflow.created_at);
  found_topic := case when asked.key is not null then nullif(substr(asked.key, ${askPrefix.length + 1}), '') else in_topic end;

  if in_serialization not in ('portable_json', '${usualSerialization}') or in_message::json -> 'meta' is not null
      and in_serialization <> 'portable_json' then
    raise exception 'drover decides in JSON alone' using errcode = '22023';
  end if;
  content := case when in_serialization = 'portable_json' then in_message::json::text
    else coalesce(in_message::json -> 'json', in_message::json)::text end;
  if json_typeof(content::json) = 'object' and json_typeof(content::json -> 'approved') = 'boolean' then
    verdict := case when (content::json ->> 'approved')::boolean then 'approved' else 'rejected' end;
  end if;

  base_key := in_workflow_id || ':' || in_step || '::' || since_ms;
  for attempt in 1..5 loop
    previous := result; result := null; earlier_by := null; until_ms := null;
    -- First the key, then who has decided: whoever decides in between has the same key.
    turn := 1; wait_key_found := base_key;
    while exists (select from drover.decisions d where d.system_schema = ${system} and d.wait_key = wait_key_found
        and d.outcome = 'stored')
      or exists (select from ${n} where ${n.id} = wait_key_found || '::' || in_workflow_id)
    loop
      turn := turn + 1; wait_key_found := base_key || ':' || turn;
    end loop;

    -- Older drovers had the topic in the key.
    select d.decision, d.actor, ${sentColumns} into earlier
      from drover.decisions d join ${n}
        on ${n.id} = d.wait_key || '::' || d.workflow_id and ${n.workflowId} = d.workflow_id
      where d.system_schema = ${system} and d.workflow_id = in_workflow_id and d.step = in_step
        and d.outcome = 'stored' and d.wait_key ~ (':' || since_ms || '(:[0-9]{1,4})?$')
      order by d.id desc limit 1;
    if found then
      begin
        is_same := (with meant as (
          select case when coalesce(said.serialization, '') = 'portable_json' then said.message::jsonb
            else coalesce(said.message::jsonb -> 'json', said.message::jsonb) end as value
          from (values (earlier.message, earlier.serialization), (in_message, in_serialization)) said (message, serialization)
        ) select count(distinct case when jsonb_typeof(meant.value -> 'approved') = 'boolean'
            then meant.value - array['by', 'comment', 'at'] else meant.value end) = 1 from meant);
      exception when others then
        is_same := earlier.message = in_message;
      end;
      result := case when is_same and earlier.decision = verdict then 'repeated' else 'decided-otherwise' end;
      earlier_by := earlier.actor; earlier_message := earlier.message;
      earlier_serialization := earlier.serialization; earlier_at_ms := earlier.sent_at;
    end if;

    -- What has the id of a decision of this wait, and is none.
    if result is null and not in_force then
      select ${sentColumns} into other from ${n}
        where ${n.workflowId} = in_workflow_id and starts_with(${n.id}, in_workflow_id || ':' || in_step || ':')
          and ${n.id} ~ (':' || since_ms || '(:[0-9]{1,4})?::')
          and not exists (select from drover.decisions d where d.system_schema = ${system}
            and d.workflow_id = in_workflow_id and d.outcome = 'stored'
            and ${n.id} = d.wait_key || '::' || d.workflow_id)
        order by ${n.sentAt} limit 1;
      if found then
        result := 'foreign-message'; earlier_message := other.message;
        earlier_serialization := other.serialization; earlier_at_ms := other.sent_at;
      end if;
    end if;

    if result is null and in_by_workflow then
      -- It may be a retry of that one.
      select d.actor, ${sentColumns} into recent
        from drover.decisions d join ${n} on ${n.id} = d.wait_key || '::' || d.workflow_id
        where d.system_schema = ${system} and d.workflow_id = in_workflow_id and d.outcome = 'stored' and ${n.read}
          and d.at > clock_timestamp() - interval '10 seconds' order by d.id desc limit 1;
      if found then
        result := 'decided-before'; earlier_by := recent.actor; earlier_message := recent.message;
        earlier_serialization := recent.serialization; earlier_at_ms := recent.sent_at;
      end if;
    end if;
    if result is null and not in_force then
      if workflow.current_status in ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') then
        result := 'ended'; status := workflow.current_status;
      elsif taken.call is not null and not taken.is_empty then
        result := 'foreign-message'; earlier_message := taken.output; earlier_serialization := taken.serialization;
        earlier_at_ms := coalesce(taken.completed, since_ms);
      else
        until_ms := (regexp_match(timer.output, '^(?:\\{"json":)?([0-9]{1,15})'))[1]::bigint;
        if until_ms is not null and (taken.call is not null or until_ms < now_ms) then
          result := 'deadline-passed';
        else
          select ${sentColumns} into other from ${n}
            where ${n.workflowId} = in_workflow_id and not ${n.read} and ${n.topic} = coalesce(found_topic, '${noTopic}')
            order by ${n.sentAt} limit 1;
          if found then
            result := 'foreign-message'; earlier_message := other.message;
            earlier_serialization := other.serialization; earlier_at_ms := other.sent_at;
          end if;
        end if;
      end if;
    end if;

    -- What is refused because of another one is looked at again: now it is on record.
    if result is not null and result is distinct from previous and attempt < 5 then continue; end if;
    -- The same refusal of the same person again is no other line.
    insert into drover.decisions as d (system_schema, workflow_id, workflow_name, step, topic, wait_key, decision, outcome,
        forced, actor, actor_source, comment, payload_sha256)
      select ${system}, in_workflow_id, coalesce(workflow.name, ''), in_step, found_topic, wait_key_found, verdict,
        coalesce(result, 'stored'), in_force, in_actor, in_actor_source, in_comment,
        encode(sha256(convert_to(content, 'UTF8')), 'hex')
      where result is null or coalesce((select count(*) < ${mostRefusals} and not bool_or(e.outcome = result
          and e.decision = verdict and e.forced = in_force and e.actor = in_actor and e.wait_key = wait_key_found)
        from drover.decisions e where e.system_schema = ${system} and e.workflow_id = in_workflow_id
          and e.step = in_step and e.outcome <> 'stored' and e.session_user_name = session_user), true)
      on conflict (system_schema, wait_key) where outcome = 'stored' do nothing
      returning d.at into decided_at;
    if result is not null then outcome := result; return; end if;
    if decided_at is not null then
      insert into ${notifications.in(schema)} (${sent.names}) values (${sent.values});
      outcome := 'stored';
      return;
    end if;
  end loop;
  raise exception 'decided by others again and again' using errcode = '40001';
exception when unique_violation then
  raise exception 'another message has the id of this decision' using errcode = '40001';
when lock_not_available then
  -- Whoever has a decision under way and does not wait itself.
  select a.usename, a.pid, a.application_name into holder_role, holder_pid, holder_application
    from pg_locks l join pg_stat_activity a on a.pid = l.pid
    where l.relation in ('drover.decisions'::regclass, ${pg.escapeLiteral(String(notifications.in(schema)))}::regclass)
      and l.mode = 'RowExclusiveLock' and l.granted and l.pid <> pg_backend_pid()
      and not exists (select from pg_locks w where w.pid = l.pid and not w.granted)
    order by l.relation = 'drover.decisions'::regclass desc, a.xact_start limit 1;
  outcome := 'held';
end `
}
