import pg from 'pg'
import type { FollowOptions } from '../../core/store.ts'
import { endedStatuses } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { selectPage } from '../read/page.ts'
import { selectWaits } from '../read/read-waits.ts'
import { pick } from '../tables/define-table.ts'
import { messageColumns, notifications } from '../tables/notifications.ts'
import { operationOutputs, stepColumns } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { selectWorkflows, workflowStatus } from '../tables/workflow-status.ts'
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
        const id = String(workflow.id)
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
  const w = workflowStatus.in(schema, 'w')
  return `${selectWorkflows(schema, `${w.status} in (${ended})`)} where ${w.id} in (${list})`
}

function selectSteps(schema: SystemSchema, followed: string, payloads: boolean, limit: number): string {
  const s = operationOutputs.in(schema, 's')
  const columns = stepColumns(s, { payloads })
  const page = selectPage({
    rows: `select ${columns} from ${s} where ${s.workflowId} = f.id and ${s.step} > f.high`,
    order: 'step',
    weighed: weighedColumns.steps,
    limit,
  })
  return `select f.id, o.* from jsonb_to_recordset(${followed}::jsonb) as f(id text, high int, gaps int[])
    join lateral (
      (${page})
      union all
      select ${columns}, 0 from ${s} where ${s.workflowId} = f.id and ${s.step} = any(f.gaps)
    ) o on true order by f.id, o.step`
}

function selectEvents(schema: SystemSchema, followed: string, limit: number): string {
  const e = workflowEventsHistory.in(schema, 'e')
  const columns = pick(e, ['step', 'key', 'value', 'serialization'])
  const page = selectPage({
    rows: `select ${columns} from ${e} where ${e.workflowId} = f.id and ${e.step} > f.high`,
    order: 'step',
    weighed: weighedColumns.events,
    limit,
  })
  return `select f.id, h.* from jsonb_to_recordset(${followed}::jsonb) as f(id text, high int, gaps int[])
    join lateral (
      (${page})
      union all
      select ${columns}, 0 from ${e} where ${e.workflowId} = f.id and ${e.step} = any(f.gaps)
    ) h on true order by f.id, h.step, h.key`
}

/** The keys are found by skipping from one to the next in the index, so that a long stream costs no more than a short one. */
function selectStreams(
  schema: SystemSchema,
  followed: string,
  streamKeys: readonly string[] | undefined,
  limit: number,
): string {
  const s = streams.in(schema, 's')
  const given = `select f.id, k.key from followed f, unnest(array[${(streamKeys ?? [])
    .map((key) => pg.escapeLiteral(key))
    .join(', ')}]::text[]) as k(key)`
  const found = `select f.id, (select min(${s.key}) from ${s} where ${s.workflowId} = f.id) as key from followed f
      union all
      select k.id, (select min(${s.key}) from ${s} where ${s.workflowId} = k.id and ${s.key} > k.key)
      from keys k where k.key is not null`
  const page = selectPage({
    rows: `select ${pick(s, ['offset', 'value', 'serialization', 'step'])} from ${s}
      where ${s.workflowId} = k.id and ${s.key} = k.key and ${s.offset} > coalesce((f.streams->>k.key)::int, -1)`,
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
  const n = notifications.in(schema, 'n')
  const page = selectPage({
    rows: `select ${messageColumns(schema, 'n')}, marked.mark
      from ${n}, lateral (select left(md5(${n.id}), 10) as mark) marked
      where ${n.workflowId} = f.id
        and ((${n.sentAt} >= f.settled and not marked.mark = any(f.seen))
          or (${n.read} and marked.mark = any(f.unread)))`,
    order: '"sentAt"',
    weighed: weighedColumns.messages,
    limit,
  })
  return `select f.id, m.* from jsonb_to_recordset(${followed}::jsonb)
      as f(id text, settled bigint, seen text[], unread text[])
    join lateral (${page}) m on true order by f.id, m."sentAt", m.mark`
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
