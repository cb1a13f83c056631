import type { UnknownTopics } from '../../core/diagnosis/misdirected.ts'
import type { Database } from '../tables/database.ts'
import { noTopic, toTopic } from '../tables/rows.ts'
import { askPrefix } from './read-waits.ts'

/** Each of them is explained. */
const shown = 20
/** Of the latest messages. */
const lookedAt = 1000

/** What was sent ahead for a later step is on a topic that an earlier run read, or this one asked for. */
export async function readUnknownTopics({ session, schema }: Database): Promise<UnknownTopics[]> {
  const messages = schema.table('notifications')
  const workflows = schema.table('workflow_status')
  const rows = await session.query(
    `with unread as materialized (
       select n.destination_uuid as id, w.name, n.topic, max(n.created_at_epoch_ms) as sent
       from ${messages} n join ${workflows} w on w.workflow_uuid = n.destination_uuid
       where not n.consumed and w.status = 'PENDING'
       group by 1, 2, 3 order by sent desc limit ${lookedAt}
     ),
     known as materialized (
       select distinct w.name, n.topic
       from ${messages} n join ${workflows} w on w.workflow_uuid = n.destination_uuid
       where n.consumed and w.name in (select name from unread)
     )
     select u.id, array_agg(u.topic order by u.sent, u.topic) as topics from unread u
     where not exists (select from known k where k.name = u.name and k.topic = u.topic)
       and not exists (
         select from ${schema.table('workflow_events_history')} h where h.workflow_uuid = u.id
           and h.key = '${askPrefix}' || case u.topic when '${noTopic}' then '' else u.topic end)
     group by u.id order by max(u.sent) desc, u.id limit ${shown}`,
  )
  return rows.map(({ id, topics }) => ({
    workflowId: String(id),
    topics: (topics as readonly unknown[]).map(toTopic),
  }))
}
