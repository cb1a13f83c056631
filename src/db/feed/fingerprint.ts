import pg from 'pg'
import { withStreamKeys } from '../read/read-streams.ts'
import type { Database } from '../tables/database.ts'
import { streamEndMarks } from '../tables/decode.ts'
import type { SystemSchema } from '../tables/schema.ts'
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
  const parts = [
    'w.status',
    'w.executor_id',
    'w.recovery_attempts',
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
     left join ${schema.table('workflow_status')} w on w.workflow_uuid = f.id`,
    silenceMs,
  )
  return JSON.stringify(rows.map(Object.values).toSorted())
}

const isUnseen = 'workflow_uuid = f.id and (function_id > f.high or function_id = any(f.gaps))'

function newSteps(schema: SystemSchema): string {
  const steps = schema.table('operation_outputs')
  return `(select string_agg(function_id::text, ',' order by function_id) from ${steps} where ${isUnseen}) as steps`
}

/** A step that is not recorded yet may write its event again. */
function newEvents(schema: SystemSchema): string {
  const history = schema.table('workflow_events_history')
  const event = `function_id || key || md5(value)`
  return `(select string_agg(${event}, ',' order by function_id, key) from ${history} where ${isUnseen}) as events`
}

function countMessages(schema: SystemSchema): string {
  const counts = `row(count(*), count(*) filter (where consumed), max(created_at_epoch_ms))::text`
  return `(select ${counts} from ${schema.table('notifications')} where destination_uuid = f.id) as messages`
}

/** A rewound workflow writes over the mark at the end. */
function lastValues(schema: SystemSchema): string {
  const streams = schema.table('streams')
  const marks = streamEndMarks.map((mark) => pg.escapeLiteral(mark)).join(', ')
  const last = `select "offset" || (value in (${marks}))::text from ${streams} s
    where s.workflow_uuid = f.id and s.key = k.key order by "offset" desc limit 1`
  return `(${withStreamKeys(streams, 'f.id')}
    select string_agg(k.key || (${last}), ',' order by k.key) from keys k where k.key is not null) as streams`
}
