import { askPrefix, dbosStep } from '../../core/dbos-names.ts'
import { stateOfWait } from '../../core/decide/wait-state.ts'
import { topicOfAsk } from '../../core/topic.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue, Wait } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toDate, toText, toTopic } from '../tables/rows.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

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
 * Rows of the open waits. `followed` is SQL for a JSON array of `{ id, high, gaps, n }`, whose `n` comes with each row: only steps above `high` and in `gaps`
 * are looked at for a wait that nothing asked, so that a follower need not read a long history again and again.
 *
 * Since when it waits is part of the key of its decision, so it must be the same whenever it is read.
 *
 * `recv` at function n first writes its timeout as `DBOS.sleep` at n + 1, and n itself only when it returns. (`getEvent`
 * inside a workflow looks the same.) A sleep of its own takes time, the timeout's row takes none. The gap before it is found
 * in the index alone; `offset 0` keeps Postgres from reading every step for the name first.
 */
export function selectWaits(schema: SystemSchema, followed: string): string {
  const e = workflowEvents.in(schema, 'e')
  const h = workflowEventsHistory.in(schema, 'h')
  const o = operationOutputs.in(schema, 'o')
  const r = operationOutputs.in(schema, 'r')
  const t = operationOutputs.in(schema, 't')
  const w = workflowStatus.in(schema, 'w')
  return `with followed as materialized (
      select f.*, ${pick(w, ['createdAt'])} from jsonb_to_recordset(${followed}::jsonb) as f(n int, id text, high int, gaps int[])
      join ${w} on ${w.id} = f.id and ${w.status} in ('PENDING', 'ENQUEUED', 'DELAYED')
    ),
    clock as (select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms)
    select f.id, ${h.step} + 1 as step, ${e.key}, ${h.value}, ${h.serialization},
      coalesce(${o.completedAt}, f."createdAt") as since,
      ${t.output} as deadline, ${t.serialization} as deadline_serialization, clock.now_ms,
      ${unreadTopics(schema, 'f.id')} as unread, f.n
    from clock, followed f
    join ${e} on ${e.workflowId} = f.id and ${e.key} like '${askPrefix}%'
    join lateral (
      select ${h.step}, ${h.value}, ${h.serialization} from ${h}
      where ${h.workflowId} = f.id and ${h.key} = ${e.key} order by ${h.step} desc limit 1
    ) h on true
    left join ${o} on ${o.workflowId} = f.id and ${o.step} = ${h.step}
    left join ${t}
      on ${t.workflowId} = f.id and ${t.step} = ${h.step} + 2 and ${t.name} = '${dbosStep.sleep}'
    where not exists (select 1 from ${r} where ${r.workflowId} = f.id and ${r.step} = ${h.step} + 1)
    union all
    select f.id, t.step - 1, null, null, null, t.started, t.output, t.serialization, clock.now_ms,
      ${unreadTopics(schema, 'f.id')}, f.n
    from clock, followed f
    cross join lateral (
      select step from (
        select ${r.step} as step, lag(${r.step}) over (order by ${r.step}) as before from ${r}
        where ${r.workflowId} = f.id and ${r.step} > f.high
      ) known where step > 0 and before is distinct from step - 1
      union select unnest(f.gaps) + 1
    ) after_gap
    cross join lateral (
      select ${t.step} as step, ${t.startedAt} as started, ${t.output}, ${t.serialization} from ${t}
      where ${t.workflowId} = f.id and ${t.step} = after_gap.step and ${t.name} = '${dbosStep.sleep}'
        and ${t.startedAt} = ${t.completedAt}
      offset 0
    ) t
    where not exists (select 1 from ${r} where ${r.workflowId} = f.id and ${r.step} = t.step - 1)
    order by 1, 2, 3`
}

/** SQL for the topics of the messages that nobody has read. */
export function unreadTopics(schema: SystemSchema, workflowId: string): string {
  const n = notifications.in(schema, 'n')
  return `array(select distinct ${n.topic} from ${n}
    where ${n.workflowId} = ${workflowId} and not ${n.read} order by 1)`
}

/** The wait at one step, also one that is over: of it only what was asked, when and on which topic still matters. */
export async function readWaitAt(
  database: Database,
  workflowId: string,
  step: number,
): Promise<Wait | undefined> {
  const { session, schema } = database
  const a = operationOutputs.in(schema, 'a')
  const h = workflowEventsHistory.in(schema, 'h')
  const n = notifications.in(schema, 'n')
  const r = operationOutputs.in(schema, 'r')
  const t = operationOutputs.in(schema, 't')
  const w = workflowStatus.in(schema, 'w')
  const [open] = (await readWaits(database, [workflowId])).filter((wait) => wait.step === step)
  if (open) return open
  const readHere = notifications.isIn(schema, 'readByStep') ? `${n.readByStep} = $2` : 'false'
  const [row] = await session.query(
    `select $1::text as id, $2::int as step, ${h.key}, ${h.value}, ${h.serialization}, ${n.topic} as read_topic,
       case when ${h.key} is null then coalesce(${t.startedAt}, ${r.startedAt})
         else coalesce(${a.completedAt}, ${w.createdAt}) end as since,
       ${t.output} as deadline, ${t.serialization} as deadline_serialization,
       case when ${n.id} is null then '{}' else array[${n.topic}] end as unread,
       (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms
     from (select ${w.createdAt} from ${w} where ${w.id} = $1) w
     left join ${h}
       on ${h.workflowId} = $1 and ${h.step} = $2 - 1 and ${h.key} like '${askPrefix}%'
     left join ${a} on ${a.workflowId} = $1 and ${a.step} = ${h.step}
     left join ${r} on ${r.workflowId} = $1 and ${r.step} = $2
     left join ${t} on ${t.workflowId} = $1 and ${t.step} = $2 + 1 and ${t.name} = '${dbosStep.sleep}'
       and ${t.startedAt} = ${t.completedAt}
     left join ${n} on ${n.workflowId} = $1 and ${readHere}
     where ${r.name} = '${dbosStep.recv}'
       or (${r.step} is null and (${h.key} is not null or ${t.step} is not null))`,
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
  const found = {
    topic: key === null ? undefined : topicOfAsk(key),
    isOverdue: until !== null && until < now,
    unreadTopics: (row.unread as readonly unknown[]).map(toTopic),
  }
  return {
    ...found,
    workflowId: String(row.id),
    step: Number(row.step),
    prompt: promptOf(request),
    since: toDate(row.since) ?? now,
    until,
    state: stateOfWait(found),
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
