import { askPrefix, dbosStep } from '../../core/dbos-names.ts'
import type { Inbox, InboxQuery, LearnedAnswer, NamedWait } from '../../core/decide/inbox-query.ts'
import { toList } from '../../core/words/any-of.ts'
import { decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toText, toTopic } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEvents } from '../tables/workflow-events.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { isNamed } from './filter-conditions.ts'
import { toWait, unreadTopics } from './read-waits.ts'

/** How far back `learnAnswers` looks for runs of these names, which need have no index, and at how many of each. */
const learnedFrom = 5000
const learnedFromEach = 20

/** What DBOS's serializations make of null: a question that was taken back. */
export const nullValues = `'null', '{"json":null}', '{"json":null,"__dbos_serializer":"superjson"}'`

/**
 * The open waits of all workflows, the oldest first. `selectWaits` explains how they are told. What belongs to the active
 * workflows is found by an array of their ids, in one pass over an index and in the index alone: the step that waits leaves a
 * gap there. `offset 0` keeps Postgres from joining the other way round, which reads every step there is.
 */
export async function readInbox(
  { session, schema }: Database,
  { name, before, limit }: InboxQuery,
): Promise<Inbox> {
  const e = workflowEvents.in(schema, 'e')
  const h = workflowEventsHistory.in(schema, 'h')
  const o = operationOutputs.in(schema, 'o')
  const r = operationOutputs.in(schema, 'r')
  const t = operationOutputs.in(schema, 't')
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `with active as materialized (
      select ${pick(w, ['id', 'name', 'createdAt'])} from ${w}
      where ${w.status} in ('PENDING', 'ENQUEUED') and ($1::text[] is null or ${isNamed(w, '$1')})
    ),
    ids as materialized (select array(select id from active) as ids),
    asking as materialized (
      select ${e.workflowId} as id, ${e.key} from ${e}
      where ${e.workflowId} = any((select ids from ids)::text[]) and ${e.key} like '${askPrefix}%'
    ),
    asked as (
      select a.id, a.name, ${h.step} + 1 as step, asking.key, ${h.value}, ${h.serialization},
        coalesce(${o.completedAt}, a."createdAt") as since
      from asking join active a on a.id = asking.id
      join lateral (
        select ${h.step}, ${h.value}, ${h.serialization} from ${h}
        where ${h.workflowId} = a.id and ${h.key} = asking.key order by ${h.step} desc limit 1
      ) h on true
      left join ${o} on ${o.workflowId} = a.id and ${o.step} = ${h.step}
      where ${h.value} not in (${nullValues})
        and not exists (select 1 from ${r} where ${r.workflowId} = a.id and ${r.step} = ${h.step} + 1)
    ),
    gaps as materialized (
      select id, step from (
        select ${o.workflowId} as id, ${o.step} as step,
          lag(${o.step}, 1, -1) over (partition by ${o.workflowId} order by ${o.step}) as before
        from ${o} where ${o.workflowId} = any((select ids from ids)::text[])
      ) steps where step > 0 and before < step - 1
    ),
    inferred as (
      select a.id, a.name, gaps.step - 1 as step, null::text as key, null::text as value,
        null::text as serialization, ${t.startedAt} as since
      from gaps join active a on a.id = gaps.id
      cross join lateral (
        select ${t.startedAt} from ${t}
        where ${t.workflowId} = gaps.id and ${t.step} = gaps.step and ${t.name} = '${dbosStep.sleep}'
          and ${t.startedAt} = ${t.completedAt}
        offset 0
      ) t
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
    select page.*, ${t.output} as deadline, ${t.serialization} as deadline_serialization,
      (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
      ${unreadTopics(schema, 'page.id')} as unread
    from page
    left join ${t}
      on ${t.workflowId} = page.id and ${t.step} = page.step + 1 and ${t.name} = '${dbosStep.sleep}'
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
  const w = workflowStatus.in(schema, 'w')
  if (waits.length === 0 || !notifications.isIn(schema, 'readByStep')) return []
  const n = notifications.in(schema, 'n')
  const rows = await session.query(
    `with recent as materialized (
       select ${pick(w, ['id', 'name', 'completedAt'])} from ${w}
       where ${w.completedAt} is not null order by ${w.completedAt} desc limit ${learnedFrom}
     ),
     ended as materialized (
       select * from (
         select *, row_number() over (partition by name order by "completedAt" desc) as place
         from recent where name = any($1)
       ) placed where place <= ${learnedFromEach}
     )
     select distinct on (ended.name, n.step) ended.name, n.step, n.topic, n.message, n.serialization from ended
     cross join lateral (
       select ${n.readByStep} as step, ${n.topic}, ${n.message}, ${n.serialization} from ${n}
       where ${n.workflowId} = ended.id and ${n.read} and ${n.readByStep} = any($2::int[]) offset 0
     ) n
     order by ended.name, n.step, ended."completedAt" desc`,
    [[...new Set(waits.map(({ name }) => name))], [...new Set(waits.map(({ step }) => step))]],
  )
  return rows.map((row) => ({
    name: String(row.name),
    step: Number(row.step),
    topic: toTopic(row.topic),
    message: decodeValue(toText(row.message), toText(row.serialization)),
  }))
}
