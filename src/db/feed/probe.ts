import pg from 'pg'
import { withStreamKeys } from '../read/read-streams.ts'
import { streamEndMarks } from '../tables/decode.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import type { Position } from './position.ts'
import type { Needs } from './read-snapshot.ts'

/**
 * Text that is another one once a round would have something new to tell, the passing of a deadline apart. It costs the
 * database a fifth of a round, and most rounds find nothing.
 */
export async function readFingerprint(
  { session, schema }: Database,
  positions: ReadonlyMap<string, Position>,
  needs: Needs,
  silenceMs: number,
): Promise<string> {
  const w = workflowStatus.in(schema, 'w')
  const parts = [
    w.status,
    w.executorId,
    w.recoveryAttempts,
    needs.steps && newSteps(schema),
    (needs.events || needs.waits) && newEvents(schema),
    (needs.messages || needs.waits) && countMessages(schema),
    needs.streams && lastValues(schema),
  ].filter((part) => part !== false)
  const followed = [...positions].map(
    ([id, { high, gaps }]) => `(${pg.escapeLiteral(id)}, ${high}, '{${gaps.join()}}'::int[])`,
  )
  const [rows = []] = await session.batch(
    `select f.id, ${parts.join(', ')} from (values ${followed.join(', ')}) as f(id, high, gaps)
     left join ${w} on ${w.id} = f.id`,
    silenceMs,
  )
  return JSON.stringify(rows.map(Object.values).toSorted())
}

function isUnseen({ workflowId, step }: { readonly workflowId: string; readonly step: string }): string {
  return `${workflowId} = f.id and (${step} > f.high or ${step} = any(f.gaps))`
}

function newSteps(schema: SystemSchema): string {
  const o = operationOutputs.in(schema, 'o')
  return `(select string_agg(${o.step}::text, ',' order by ${o.step}) from ${o} where ${isUnseen(o)}) as steps`
}

/** A step that is not recorded yet may write its event again. */
function newEvents(schema: SystemSchema): string {
  const h = workflowEventsHistory.in(schema, 'h')
  const event = `${h.step} || ${h.key} || md5(${h.value})`
  return `(select string_agg(${event}, ',' order by ${h.step}, ${h.key}) from ${h} where ${isUnseen(h)}) as events`
}

function countMessages(schema: SystemSchema): string {
  const n = notifications.in(schema, 'n')
  const counts = `row(count(*), count(*) filter (where ${n.read}), max(${n.sentAt}))::text`
  return `(select ${counts} from ${n} where ${n.workflowId} = f.id) as messages`
}

/** A rewound workflow writes over the mark at the end. */
function lastValues(schema: SystemSchema): string {
  const s = streams.in(schema, 's')
  const marks = streamEndMarks.map((mark) => pg.escapeLiteral(mark)).join(', ')
  const last = `select ${s.offset} || (${s.value} in (${marks}))::text from ${s}
    where ${s.workflowId} = f.id and ${s.key} = k.key order by ${s.offset} desc limit 1`
  return `(${withStreamKeys(schema, 'f.id')}
    select string_agg(k.key || (${last}), ',' order by k.key) from keys k where k.key is not null) as streams`
}
