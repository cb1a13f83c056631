import { askPrefix, noTopic } from '../../core/dbos-names.ts'
import type { UnknownTopics } from '../../core/diagnosis/misdirected.ts'
import { notifications } from '../tables/notifications.ts'
import { toTopic } from '../tables/rows.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** Each of them is explained. */
const shown = 20
/** Of the latest messages. */
const lookedAt = 1000

/** What was sent ahead for a later step is on a topic that an earlier run read, or this one asked for. */
export async function readUnknownTopics({ session, schema }: Database): Promise<UnknownTopics[]> {
  const h = workflowEventsHistory.in(schema, 'h')
  const n = notifications.in(schema, 'n')
  const w = workflowStatus.in(schema, 'w')
  const rows = await session.query(
    `with unread as materialized (
       select ${n.workflowId} as id, ${w.name}, ${n.topic}, max(${n.sentAt}) as sent
       from ${n} join ${w} on ${w.id} = ${n.workflowId}
       where not ${n.read} and ${w.status} = 'PENDING'
       group by 1, 2, 3 order by sent desc limit ${lookedAt}
     ),
     known as materialized (
       select distinct ${w.name}, ${n.topic}
       from ${n} join ${w} on ${w.id} = ${n.workflowId}
       where ${n.read} and ${w.name} in (select name from unread)
     )
     select u.id, array_agg(u.topic order by u.sent, u.topic) as topics from unread u
     where not exists (select from known k where k.name = u.name and k.topic = u.topic)
       and not exists (
         select from ${h} where ${h.workflowId} = u.id
           and ${h.key} = '${askPrefix}' || case u.topic when '${noTopic}' then '' else u.topic end)
     group by u.id order by max(u.sent) desc, u.id limit ${shown}`,
  )
  return rows.map(({ id, topics }) => ({
    workflowId: String(id),
    topics: (topics as readonly unknown[]).map(toTopic),
  }))
}
