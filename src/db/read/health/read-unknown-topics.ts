import { askPrefix, noTopic } from '../../../core/dbos-names.ts'
import type { UnknownTopics } from '../../../core/diagnosis/misdirected.ts'
import { notifications } from '../../tables/notifications.ts'
import { toTopic } from '../../tables/rows.ts'
import type { Database } from '../../tables/system-database.ts'
import { workflowEventsHistory } from '../../tables/workflow-events-history.ts'
import { selectLatestOfNames } from '../newest-of-name.ts'
import type { UnreadMessage } from './latest-unread.ts'

/** Each of them is explained. */
const shown = 20
/** Of each name. */
const recentOfEach = 20

/** What was sent ahead for a later step is on a topic that an earlier run read, or this one asked for. */
export async function readUnknownTopics(
  { session, schema }: Database,
  messages: readonly UnreadMessage[],
): Promise<UnknownTopics[]> {
  const waiting = messages.filter(({ status }) => status === 'PENDING')
  if (waiting.length === 0) return []
  const h = workflowEventsHistory.in(schema, 'h')
  const n = notifications.in(schema, 'n')
  const latest = selectLatestOfNames(schema, '(select name from unread)')
  // The last one first, as they were read.
  const rows = await session.query(
    `with unread as materialized (
       select id, name, topic, min(place) as place
       from unnest($1::text[], $2::text[], $3::text[]) with ordinality as u(id, name, topic, place) group by 1, 2, 3
     ),
     latest as materialized (select * from (${latest}) latest where place <= ${recentOfEach}),
     known as materialized (
       select distinct latest.name, n.topic from latest
       cross join lateral (
         select ${n.topic} from ${n} where ${n.workflowId} = latest.id and ${n.read} offset 0
       ) n
     )
     select u.id, array_agg(u.topic order by u.place desc, u.topic) as topics from unread u
     where not exists (select from known k where k.name = u.name and k.topic = u.topic)
       and not exists (
         select from ${h} where ${h.workflowId} = u.id
           and ${h.key} = '${askPrefix}' || case u.topic when '${noTopic}' then '' else u.topic end)
     group by u.id order by min(u.place), u.id limit ${shown}`,
    [
      waiting.map(({ workflowId }) => workflowId),
      waiting.map(({ name }) => name),
      waiting.map(({ topic }) => topic),
    ],
  )
  return rows.map(({ id, topics }) => ({
    workflowId: String(id),
    topics: (topics as readonly unknown[]).map(toTopic),
  }))
}
