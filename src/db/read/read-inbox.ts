import { dbosStep } from '../../core/dbos-names.ts'
import type { Inbox, InboxQuery, LearnedAnswer, NamedWait } from '../../core/decide/inbox-query.ts'
import { toList } from '../../core/words/any-of.ts'
import { decodeValue } from '../tables/decode.ts'
import { pick } from '../tables/define-table.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import { toText, toTopic } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { isNamed } from './filter-conditions.ts'
import { toWait, unreadTopics } from './read-waits.ts'
import { selectOpenWaits } from './select-open-waits.ts'

/** How far back `learnAnswers` looks for runs of these names, which need have no index, and at how many of each. */
const learnedFrom = 5000
const learnedFromEach = 20

/** The open waits of all workflows, the oldest first. */
export async function readInbox(
  { session, schema }: Database,
  { name, before, limit }: InboxQuery,
): Promise<Inbox> {
  const t = operationOutputs.in(schema, 't')
  const w = workflowStatus.in(schema, 'w')
  const active = `select ${pick(w, ['id', 'name', 'createdAt'])} from ${w}
    where ${w.status} in ('PENDING', 'ENQUEUED') and ($1::text[] is null or ${isNamed(w, '$1')})`
  const rows = await session.query(
    `with ${selectOpenWaits(schema, active)},
    page as (
      select *, count(*) over () as total from open_waits
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
