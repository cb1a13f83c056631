import type { Inbox, InboxQuery, LearnedAnswer, NamedWait } from '../../core/decide/inbox.ts'
import { toList } from '../../core/words/any-of.ts'
import type { Database } from '../tables/database.ts'
import { decodeValue } from '../tables/decode.ts'
import { isNamed } from '../tables/filter-conditions.ts'
import { noTopic, toText, toTopic } from '../tables/rows.ts'
import { askPrefix, toWait } from './read-waits.ts'

/** How far back `learnAnswers` looks: there is no index on names. */
const learnedFrom = 5000

/** What DBOS's serializations make of null: a question that was taken back. */
const nullValues = `'null', '{"json":null}', '{"json":null,"__dbos_serializer":"superjson"}'`

/**
 * The open waits of all workflows, the oldest first. `selectWaits` explains how they are told. `offset 0` keeps Postgres
 * from joining the other way round, which reads every step there is for the few workflows that are active.
 */
export async function readInbox(
  { session, schema }: Database,
  { name, before, limit }: InboxQuery,
): Promise<Inbox> {
  const steps = schema.table('operation_outputs')
  const rows = await session.query(
    `with active as materialized (
      select w.workflow_uuid as id, w.name, w.created_at from ${schema.table('workflow_status')} w
      where w.status in ('PENDING', 'ENQUEUED') and ($1::text[] is null or ${isNamed('w', '$1')})
    ),
    asked as (
      select a.id, a.name, h.function_id + 1 as step, e.key, h.value, h.serialization,
        coalesce(o.completed_at_epoch_ms, a.created_at) as since
      from active a
      cross join lateral (
        select key from ${schema.table('workflow_events')}
        where workflow_uuid = a.id and key like '${askPrefix}%' offset 0
      ) e
      join lateral (
        select function_id, value, serialization from ${schema.table('workflow_events_history')} h
        where h.workflow_uuid = a.id and h.key = e.key order by function_id desc limit 1
      ) h on true
      left join ${steps} o on o.workflow_uuid = a.id and o.function_id = h.function_id
      where h.value not in (${nullValues})
        and not exists (select 1 from ${steps} r where r.workflow_uuid = a.id and r.function_id = h.function_id + 1)
    ),
    inferred as (
      select a.id, a.name, t.function_id - 1 as step, null::text as key, null::text as value,
        null::text as serialization, t.started_at_epoch_ms as since
      from active a
      cross join lateral (
        select function_id, started_at_epoch_ms from ${steps}
        where workflow_uuid = a.id and function_name = 'DBOS.sleep' and function_id > 0
          and started_at_epoch_ms = completed_at_epoch_ms
        offset 0
      ) t
      where not exists (select 1 from ${steps} r where r.workflow_uuid = a.id and r.function_id = t.function_id - 1)
    ),
    one_per_step as (
      select distinct on (id, step) * from (select * from asked union all select * from inferred) waits
      order by id, step, key nulls last
    ),
    page as (
      select *, count(*) over () as total from one_per_step
      where $2::bigint is null or since <= $2
      order by since, id, step limit $3
    )
    select page.*, t.output as deadline, t.serialization as deadline_serialization,
      (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
      exists(select 1 from ${schema.table('notifications')} n where n.destination_uuid = page.id and not n.consumed
        and (page.key is null
          or n.topic = coalesce(nullif(substr(page.key, ${askPrefix.length + 1}), ''), '${noTopic}'))) as answered
    from page
    left join ${steps} t
      on t.workflow_uuid = page.id and t.function_id = page.step + 1 and t.function_name = 'DBOS.sleep'
    order by since, id, step`,
    [toList(name), before?.getTime(), limit],
  )
  const waits = rows.flatMap((row): NamedWait[] => {
    const wait = toWait(row)
    return wait ? [{ ...wait, name: toText(row.name) ?? '' }] : []
  })
  return { waits, total: Number(rows[0]?.total ?? 0) }
}

/** One answer for each name and step, the newest. */
export async function learnAnswers(
  { session, schema }: Database,
  waits: readonly Pick<NamedWait, 'name' | 'step'>[],
): Promise<LearnedAnswer[]> {
  if (waits.length === 0 || !schema.has('notifications', 'consumed_by_function_id')) return []
  const rows = await session.query(
    `select distinct on (ended.name, n.consumed_by_function_id)
       ended.name, n.consumed_by_function_id as step, n.topic, n.message, n.serialization
     from (
       select workflow_uuid, name, completed_at from ${schema.table('workflow_status')}
       where completed_at is not null order by completed_at desc limit ${learnedFrom}
     ) ended
     join ${schema.table('notifications')} n on n.destination_uuid = ended.workflow_uuid and n.consumed
     where ended.name = any($1) and n.consumed_by_function_id = any($2::int[])
     order by ended.name, n.consumed_by_function_id, ended.completed_at desc`,
    [[...new Set(waits.map(({ name }) => name))], [...new Set(waits.map(({ step }) => step))]],
  )
  return rows.map((row) => ({
    name: String(row.name),
    step: Number(row.step),
    topic: toTopic(row.topic),
    message: decodeValue(toText(row.message), toText(row.serialization)),
  }))
}
