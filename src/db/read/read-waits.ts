import { dateOfMs } from '../../core/words/far-date.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue, Wait } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import type { Database } from '../tables/database.ts'
import { decodeValue } from '../tables/decode.ts'
import { noTopic, toDate, toText, toTopic } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'

/** A workflow that publishes an event with this prefix right before `recv(topic)` says that it waits, and for what. */
export const askPrefix = 'awaiting:'

/** In the order of the ids, and of one workflow by step. */
export async function readWaits(
  { session, schema }: Database,
  workflowIds: readonly string[],
): Promise<Wait[]> {
  const followed = workflowIds.map((id) => ({ id, high: -1, gaps: [] }))
  const rows = await session.query(selectWaits(schema, '$1'), [JSON.stringify(followed)])
  const place = new Map(workflowIds.map((id, index) => [id, index]))
  const placeOf = (wait: Wait): number => place.get(wait.workflowId) ?? 0
  return toWaits(rows).sort((a, b) => placeOf(a) - placeOf(b))
}

/**
 * Rows of the open waits. `followed` is SQL for a JSON array of `{ id, high, gaps }`: only steps above `high` and in `gaps`
 * are looked at for a wait that nothing asked, so that a follower need not read a long history again and again.
 *
 * Since when it waits is part of the key of its decision, so it must be the same whenever it is read.
 *
 * `recv` at function n first writes its timeout as `DBOS.sleep` at n + 1, and n itself only when it returns. (`getEvent`
 * inside a workflow looks the same.) A sleep of its own takes time, the timeout's row takes none.
 */
export function selectWaits(schema: SystemSchema, followed: string): string {
  const status = schema.table('workflow_status')
  const steps = schema.table('operation_outputs')
  const events = schema.table('workflow_events')
  const history = schema.table('workflow_events_history')
  const messages = schema.table('notifications')
  return `with followed as materialized (
      select f.*, w.created_at from jsonb_to_recordset(${followed}::jsonb) as f(id text, high int, gaps int[])
      join ${status} w on w.workflow_uuid = f.id and w.status in ('PENDING', 'ENQUEUED', 'DELAYED')
    ),
    clock as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms)
    select f.id, h.function_id + 1 as step, e.key, h.value, h.serialization,
      coalesce(o.completed_at_epoch_ms, f.created_at) as since,
      t.output as deadline, t.serialization as deadline_serialization, clock.now_ms,
      exists(select 1 from ${messages} n where n.destination_uuid = f.id and not n.consumed
             and n.topic = coalesce(nullif(substr(e.key, ${askPrefix.length + 1}), ''), '${noTopic}')) as answered
    from clock, followed f
    join ${events} e on e.workflow_uuid = f.id and e.key like '${askPrefix}%'
    join lateral (
      select function_id, value, serialization from ${history} h
      where h.workflow_uuid = f.id and h.key = e.key order by function_id desc limit 1
    ) h on true
    left join ${steps} o on o.workflow_uuid = f.id and o.function_id = h.function_id
    left join ${steps} t
      on t.workflow_uuid = f.id and t.function_id = h.function_id + 2 and t.function_name = 'DBOS.sleep'
    where not exists (select 1 from ${steps} r where r.workflow_uuid = f.id and r.function_id = h.function_id + 1)
    union all
    select f.id, t.function_id - 1, null, null, null, t.started_at_epoch_ms, t.output, t.serialization, clock.now_ms,
      exists(select 1 from ${messages} n where n.destination_uuid = f.id and not n.consumed)
    from clock, followed f
    join ${steps} t on t.workflow_uuid = f.id and t.function_name = 'DBOS.sleep' and t.function_id > 0
      and t.started_at_epoch_ms = t.completed_at_epoch_ms and (t.function_id > f.high or t.function_id - 1 = any(f.gaps))
    where not exists (select 1 from ${steps} r where r.workflow_uuid = f.id and r.function_id = t.function_id - 1)
    order by 1, 2, 3`
}

/** The wait at one step, also one that is over: of it only what was asked, when and on which topic still matters. */
export async function readWaitAt(
  database: Database,
  workflowId: string,
  step: number,
): Promise<Wait | undefined> {
  const { session, schema } = database
  const [open] = (await readWaits(database, [workflowId])).filter((wait) => wait.step === step)
  if (open) return open
  const steps = schema.table('operation_outputs')
  const readHere = schema.has('notifications', 'consumed_by_function_id')
    ? 'n.consumed_by_function_id = $2'
    : 'false'
  const [row] = await session.query(
    `select $1::text as id, $2::int as step, h.key, h.value, h.serialization, n.topic as read_topic,
       case when h.key is null then coalesce(t.started_at_epoch_ms, r.started_at_epoch_ms)
         else coalesce(a.completed_at_epoch_ms, w.created_at) end as since,
       t.output as deadline, t.serialization as deadline_serialization,
       n.message_uuid is not null as answered, (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
     from (select created_at from ${schema.table('workflow_status')} where workflow_uuid = $1) w
     left join ${schema.table('workflow_events_history')} h
       on h.workflow_uuid = $1 and h.function_id = $2 - 1 and h.key like '${askPrefix}%'
     left join ${steps} a on a.workflow_uuid = $1 and a.function_id = h.function_id
     left join ${steps} r on r.workflow_uuid = $1 and r.function_id = $2
     left join ${steps} t on t.workflow_uuid = $1 and t.function_id = $2 + 1 and t.function_name = 'DBOS.sleep'
       and t.started_at_epoch_ms = t.completed_at_epoch_ms
     left join ${schema.table('notifications')} n on n.destination_uuid = $1 and ${readHere}
     where r.function_name = 'DBOS.recv'
       or (r.function_id is null and (h.key is not null or t.function_id is not null))`,
    [workflowId, step],
  )
  const wait = row && toWait(row)
  if (!wait || wait.asked || toText(row?.read_topic) === null) return wait
  return { ...wait, topic: toTopic(row?.read_topic) }
}

/** Of one step that both asked and sleeps, only what it asked. */
export function toWaits(rows: readonly Row[]): Wait[] {
  const waits = rows.map(toWait).filter((wait) => wait !== undefined)
  return waits.filter(
    (wait) =>
      wait.asked ||
      !waits.some((other) => other.asked && other.workflowId === wait.workflowId && other.step === wait.step),
  )
}

/** Undefined for an asking event that was taken back with null. */
export function toWait(row: Row): Wait | undefined {
  const key = toText(row.key)
  const request = decodeValue(toText(row.value), toText(row.serialization))
  if (key !== null && request === null) return undefined
  const until = toDeadline(row)
  const now = new Date(Number(row.now_ms))
  return {
    workflowId: String(row.id),
    step: Number(row.step),
    topic: key === null ? undefined : key.slice(askPrefix.length) || null,
    prompt: promptOf(request),
    since: toDate(row.since) ?? now,
    until,
    state: row.answered === true ? 'answered' : until && until < now ? 'overdue' : 'waiting',
    asked: key !== null,
    request,
  }
}

/** The output of the timeout's row: an absolute time in epoch milliseconds. */
function toDeadline(row: Row): Date | null {
  const epochMs = decodeValue(toText(row.deadline), toText(row.deadline_serialization))
  return typeof epochMs === 'number' ? dateOfMs(epochMs) : null
}

function promptOf(request: JsonValue): string | null {
  if (typeof request === 'string') return request
  const prompt = isJsonObject(request) ? request.prompt : undefined
  return typeof prompt === 'string' ? prompt : null
}
