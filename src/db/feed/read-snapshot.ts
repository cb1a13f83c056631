import pg from 'pg'
import type { FollowOptions } from '../../core/store.ts'
import { endedStatuses } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { messageColumns } from '../read/read-messages.ts'
import { stepColumns } from '../read/read-steps.ts'
import { selectWaits } from '../read/read-waits.ts'
import { selectWorkflows } from '../read/read-workflows.ts'
import type { Database } from '../tables/database.ts'
import { selectPage } from '../tables/page.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Position } from './position.ts'

/** What a follower asks for; the rest is not read. */
export interface Needs {
  readonly steps: boolean
  readonly stepPayloads: boolean
  readonly events: boolean
  readonly streams: boolean
  readonly streamKeys: readonly string[] | undefined
  readonly messages: boolean
  readonly waits: boolean
}

export function needsOf({ types, streamKeys, children }: FollowOptions): Needs {
  const wants = (...some: readonly string[]): boolean => !types || types.some((type) => some.includes(type))
  return {
    steps: wants('step', 'event', 'child', 'waits') || children === true,
    stepPayloads: wants('step'),
    events: wants('event'),
    streams: wants('stream', 'stream-closed'),
    streamKeys,
    messages: wants('message'),
    waits: wants('waits'),
  }
}

/** What one workflow shows in a round: all of it as it was at one moment. */
export interface SnapshotRows {
  readonly workflow: Row
  readonly steps: readonly Row[]
  readonly events: readonly Row[]
  readonly streams: readonly Row[]
  readonly messages: readonly Row[]
  readonly waits: readonly Row[]
}

export interface Snapshot {
  readonly now: Date
  /** By workflow; an id that does not exist is missing. */
  readonly rows: ReadonlyMap<string, SnapshotRows>
  /** True when messages were asked for. */
  readonly hasMessages: boolean
  /** A source that gave as many rows of a workflow as this, or much text, may have more. */
  readonly batchRows: number
}

/** What may be large, by source: it counts when a page is cut. */
export const weighedColumns = {
  steps: ['output', 'error'],
  events: ['value'],
  streams: ['value'],
  messages: ['message'],
} as const

const sources = ['steps', 'events', 'streams', 'messages', 'waits'] as const

/** What is new since `positions`, in one snapshot and one round trip. */
export async function readSnapshot(
  { session, schema }: Database,
  positions: ReadonlyMap<string, Position>,
  needs: Needs,
  silenceMs: number,
): Promise<Snapshot> {
  const batchRows = Math.max(50, Math.floor(1000 / positions.size))
  const followed = pg.escapeLiteral(
    JSON.stringify(
      [...positions].map(([id, { high, gaps, streams, settledMs, seen, unread }]) => ({
        id,
        high,
        gaps,
        streams,
        settled: settledMs,
        seen: Object.keys(seen),
        unread,
      })),
    ),
  )
  const selects = {
    steps: needs.steps && selectSteps(schema, followed, needs.stepPayloads, batchRows),
    events: needs.events && selectEvents(schema, followed, batchRows),
    streams: needs.streams && selectStreams(schema, followed, needs.streamKeys, batchRows),
    messages: needs.messages && selectMessages(schema, followed, batchRows),
    waits: needs.waits && selectWaits(schema, followed),
  }
  const read = sources.filter((source) => selects[source])
  const [, clock = [], workflows = [], ...results] = await session.batch(
    [
      'begin isolation level repeatable read read only',
      'select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms',
      selectStatuses(schema, positions.keys()),
      ...read.map((source) => selects[source]),
      'commit',
    ].join(';\n'),
    silenceMs,
  )
  const byWorkflow = Object.fromEntries(
    read.map((source, index) => [source, groupById(results[index] ?? [])]),
  ) as Partial<Record<(typeof sources)[number], Map<string, Row[]>>>
  return {
    now: new Date(Number(clock[0]?.now_ms)),
    batchRows,
    hasMessages: needs.messages,
    rows: new Map(
      workflows.map((workflow) => {
        const id = String(workflow.workflow_uuid)
        const of = (source: (typeof sources)[number]): readonly Row[] => byWorkflow[source]?.get(id) ?? []
        return [
          id,
          {
            workflow,
            steps: of('steps'),
            events: of('events'),
            streams: of('streams'),
            messages: of('messages'),
            waits: of('waits'),
          },
        ]
      }),
    ),
  }
}

function selectStatuses(schema: SystemSchema, ids: Iterable<string>): string {
  const list = [...ids].map((id) => pg.escapeLiteral(id)).join(', ')
  const ended = endedStatuses.map((status) => `'${status}'`).join(', ')
  return `${selectWorkflows(schema, `w.status in (${ended})`)} where w.workflow_uuid in (${list})`
}

function selectSteps(schema: SystemSchema, followed: string, payloads: boolean, limit: number): string {
  const steps = schema.table('operation_outputs')
  const columns = stepColumns('s', { payloads })
  const page = selectPage({
    rows: `select ${columns} from ${steps} s where s.workflow_uuid = f.id and s.function_id > f.high`,
    order: 'function_id',
    weighed: weighedColumns.steps,
    limit,
  })
  return `select f.id, o.* from jsonb_to_recordset(${followed}::jsonb) as f(id text, high int, gaps int[])
    join lateral (
      (${page})
      union all
      select ${columns}, 0 from ${steps} s where s.workflow_uuid = f.id and s.function_id = any(f.gaps)
    ) o on true order by f.id, o.function_id`
}

function selectEvents(schema: SystemSchema, followed: string, limit: number): string {
  const history = schema.table('workflow_events_history')
  const columns = 'e.function_id, e.key, e.value, e.serialization'
  const page = selectPage({
    rows: `select ${columns} from ${history} e where e.workflow_uuid = f.id and e.function_id > f.high`,
    order: 'function_id',
    weighed: weighedColumns.events,
    limit,
  })
  return `select f.id, h.* from jsonb_to_recordset(${followed}::jsonb) as f(id text, high int, gaps int[])
    join lateral (
      (${page})
      union all
      select ${columns}, 0 from ${history} e where e.workflow_uuid = f.id and e.function_id = any(f.gaps)
    ) h on true order by f.id, h.function_id, h.key`
}

/** The keys are found by skipping from one to the next in the index, so that a long stream costs no more than a short one. */
function selectStreams(
  schema: SystemSchema,
  followed: string,
  streamKeys: readonly string[] | undefined,
  limit: number,
): string {
  const streams = schema.table('streams')
  const given = `select f.id, k.key from followed f, unnest(array[${(streamKeys ?? [])
    .map((key) => pg.escapeLiteral(key))
    .join(', ')}]::text[]) as k(key)`
  const found = `select f.id, (select min(s.key) from ${streams} s where s.workflow_uuid = f.id) as key from followed f
      union all
      select k.id, (select min(s.key) from ${streams} s where s.workflow_uuid = k.id and s.key > k.key)
      from keys k where k.key is not null`
  const page = selectPage({
    rows: `select s."offset", s.value, s.serialization, s.function_id from ${streams} s
      where s.workflow_uuid = k.id and s.key = k.key and s."offset" > coalesce((f.streams->>k.key)::int, -1)`,
    order: '"offset"',
    weighed: weighedColumns.streams,
    limit,
  })
  return `with recursive followed as materialized (
      select * from jsonb_to_recordset(${followed}::jsonb) as f(id text, streams jsonb)
    ),
    keys as (${streamKeys ? given : found})
    select k.id, k.key, v.* from keys k join followed f on f.id = k.id
    join lateral (${page}) v on true
    where k.key is not null order by k.id, k.key, v."offset"`
}

function selectMessages(schema: SystemSchema, followed: string, limit: number): string {
  const page = selectPage({
    rows: `select ${messageColumns(schema, 'n')}, marked.mark
      from ${schema.table('notifications')} n, lateral (select left(md5(n.message_uuid), 10) as mark) marked
      where n.destination_uuid = f.id
        and ((n.created_at_epoch_ms >= f.settled and not marked.mark = any(f.seen))
          or (n.consumed and marked.mark = any(f.unread)))`,
    order: 'created_at_epoch_ms',
    weighed: weighedColumns.messages,
    limit,
  })
  return `select f.id, m.* from jsonb_to_recordset(${followed}::jsonb)
      as f(id text, settled bigint, seen text[], unread text[])
    join lateral (${page}) m on true order by f.id, m.created_at_epoch_ms, m.mark`
}

function groupById(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const id = String(row.id)
    const group = groups.get(id)
    if (group) group.push(row)
    else groups.set(id, [row])
  }
  return groups
}
