import pg from 'pg'
import { endedStatuses } from '../../core/workflow.ts'
import type { Moments, Row } from '../connection/connect.ts'
import { type PageLimits, selectPage, usualPageBytes } from '../read/page.ts'
import { selectWaits } from '../read/read-waits.ts'
import { pick } from '../tables/define-table.ts'
import { messageColumns, notifications } from '../tables/notifications.ts'
import { operationOutputs, stepColumns } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { selectWorkflows, workflowStatus } from '../tables/workflow-status.ts'
import type { Needs } from './needs.ts'
import type { Position } from './position.ts'

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
  /** A source that gave as much of a workflow as this may have more. */
  readonly limits: PageLimits
}

/** What one follower asks for: what is new since these positions. */
export interface SnapshotRequest {
  readonly positions: ReadonlyMap<string, Position>
  readonly needs: Needs
}

/** What may be large, by source: it counts when a page is cut. */
export const weighedColumns = {
  steps: ['output', 'error'],
  events: ['value'],
  streams: ['value'],
  messages: ['message'],
} as const

const sources = ['steps', 'events', 'streams', 'messages', 'waits'] as const
type Source = (typeof sources)[number]

/** Those who need the same stand in one statement for each source, and who stand at the same place in one row of it. */
interface Group {
  readonly needs: Needs
  /** JSON of the place, to its number. */
  readonly places: Map<string, number>
}

interface ReadOptions {
  readonly silenceMs: number
  /** How many there are besides these: each may keep what it is given. */
  readonly followers?: number
}

/** What is new for each of these followers, in one snapshot and one round trip. */
export async function readSnapshots(
  { session, schema }: Database,
  requests: readonly SnapshotRequest[],
  { silenceMs, followers = 1 }: ReadOptions,
  moments?: Moments,
): Promise<readonly Snapshot[]> {
  const groups = new Map<string, Group>()
  const ids = new Set<string>()
  let count = 0
  const placed = requests.map(({ positions, needs }) => {
    const group = groupOf(groups, needs)
    return [...positions].map(([id, position]) => {
      ids.add(id)
      const place = JSON.stringify(placeOf(id, position, needs))
      const number = group.places.get(place) ?? count++
      group.places.set(place, number)
      return { id, number }
    })
  })
  const limits = limitsFor(count, followers)
  const asked = [...groups.values()].flatMap((group) => {
    const selects = selectsOf(schema, group, limits)
    return sources.flatMap((source) => (selects[source] ? [{ source, select: selects[source] }] : []))
  })
  const [, clock = [], workflows = [], ...results] = await session.batch(
    [
      'begin isolation level repeatable read read only',
      'select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms',
      selectStatuses(schema, ids),
      ...asked.map(({ select }) => select),
      'commit',
    ].join(';\n'),
    silenceMs,
    moments,
  )
  const workflowById = new Map(workflows.map((workflow) => [String(workflow.id), workflow]))
  const byPlace: Record<Source, Map<number, Row[]>> = {
    steps: new Map(),
    events: new Map(),
    streams: new Map(),
    messages: new Map(),
    waits: new Map(),
  }
  for (const [index, { source }] of asked.entries()) addByPlace(byPlace[source], results[index] ?? [])
  const rowsOf = (workflow: Row, number: number): SnapshotRows => {
    const of = (source: Source): readonly Row[] => byPlace[source].get(number) ?? []
    return {
      workflow,
      steps: of('steps'),
      events: of('events'),
      streams: of('streams'),
      messages: of('messages'),
      waits: of('waits'),
    }
  }
  return requests.map(({ needs }, index): Snapshot => {
    const rows = (placed[index] ?? []).flatMap(({ id, number }) => {
      const workflow = workflowById.get(id)
      return workflow ? [[id, rowsOf(workflow, number)] as const] : []
    })
    return {
      now: new Date(Number(clock[0]?.now_ms)),
      limits,
      hasMessages: needs.messages,
      rows: new Map(rows),
    }
  })
}

/** Many who begin at once share what is read at once. */
function limitsFor(places: number, followers: number): PageLimits {
  return {
    rows: Math.max(50, Math.floor(1000 / places)),
    bytes: Math.max(100_000, Math.floor(usualPageBytes / Math.max(places, followers))),
  }
}

function groupOf(groups: Map<string, Group>, needs: Needs): Group {
  const key = JSON.stringify({ ...needs, streamKeys: needs.streamKeys !== undefined })
  const group = groups.get(key) ?? { needs, places: new Map() }
  groups.set(key, group)
  return group
}

function placeOf(id: string, position: Position, { streams, messages, streamKeys }: Needs): object {
  const { high, gaps } = position
  return {
    id,
    high,
    gaps,
    ...(streams && { streams: position.streams, keys: streamKeys }),
    ...(messages && {
      settled: position.settledMs,
      seen: position.seen,
      unread: Object.fromEntries([...position.unread].map((mark) => [mark, 0])),
    }),
  }
}

function selectsOf(
  schema: SystemSchema,
  { needs, places }: Group,
  limits: PageLimits,
): Record<Source, string | false> {
  const numbered = [...places].map(([place, number]) => `{"n":${number},${place.slice(1)}`)
  const followed = pg.escapeLiteral(`[${numbered.join()}]`)
  return {
    steps: needs.steps && selectSteps(schema, followed, needs.stepPayloads, limits),
    events: needs.events && selectEvents(schema, followed, limits),
    streams: needs.streams && selectStreams(schema, followed, needs.streamKeys !== undefined, limits),
    messages: needs.messages && selectMessages(schema, followed, limits),
    waits: needs.waits && selectWaits(schema, followed),
  }
}

function selectStatuses(schema: SystemSchema, ids: Iterable<string>): string {
  const list = [...ids].map((id) => pg.escapeLiteral(id)).join(', ')
  const ended = endedStatuses.map((status) => `'${status}'`).join(', ')
  const w = workflowStatus.in(schema, 'w')
  return `${selectWorkflows(schema, `${w.status} in (${ended})`)} where ${w.id} in (${list})`
}

function selectSteps(schema: SystemSchema, followed: string, payloads: boolean, limits: PageLimits): string {
  const s = operationOutputs.in(schema, 's')
  const columns = stepColumns(s, { payloads })
  const page = selectPage({
    rows: `select ${columns} from ${s} where ${s.workflowId} = f.id and ${s.step} > f.high`,
    order: 'step',
    weighed: weighedColumns.steps,
    limit: limits.rows,
    bytes: limits.bytes,
  })
  return `select f.n, o.* from jsonb_to_recordset(${followed}::jsonb) as f(n int, id text, high int, gaps int[])
    join lateral (
      (${page})
      union all
      select ${columns}, 0 from ${s} where ${s.workflowId} = f.id and ${s.step} = any(f.gaps)
    ) o on true order by f.n, o.step`
}

function selectEvents(schema: SystemSchema, followed: string, limits: PageLimits): string {
  const e = workflowEventsHistory.in(schema, 'e')
  const columns = pick(e, ['step', 'key', 'value', 'serialization'])
  const page = selectPage({
    rows: `select ${columns} from ${e} where ${e.workflowId} = f.id and ${e.step} > f.high`,
    order: 'step',
    weighed: weighedColumns.events,
    limit: limits.rows,
    bytes: limits.bytes,
  })
  return `select f.n, h.* from jsonb_to_recordset(${followed}::jsonb) as f(n int, id text, high int, gaps int[])
    join lateral (
      (${page})
      union all
      select ${columns}, 0 from ${e} where ${e.workflowId} = f.id and ${e.step} = any(f.gaps)
    ) h on true order by f.n, h.step, h.key`
}

/** The keys are found by skipping from one to the next in the index, so that a long stream costs no more than a short one. */
function selectStreams(
  schema: SystemSchema,
  followed: string,
  areKeysGiven: boolean,
  limits: PageLimits,
): string {
  const s = streams.in(schema, 's')
  const given = 'select f.n, f.id, k.key from followed f, unnest(f.keys) as k(key)'
  const found = `select f.n, f.id, (select min(${s.key}) from ${s} where ${s.workflowId} = f.id) as key from followed f
      union all
      select k.n, k.id, (select min(${s.key}) from ${s} where ${s.workflowId} = k.id and ${s.key} > k.key)
      from keys k where k.key is not null`
  const page = selectPage({
    rows: `select ${pick(s, ['offset', 'value', 'serialization', 'step'])} from ${s}
      where ${s.workflowId} = k.id and ${s.key} = k.key and ${s.offset} > coalesce((f.streams->>k.key)::int, -1)`,
    order: '"offset"',
    weighed: weighedColumns.streams,
    limit: limits.rows,
    bytes: limits.bytes,
  })
  return `with recursive followed as materialized (
      select * from jsonb_to_recordset(${followed}::jsonb) as f(n int, id text, streams jsonb, keys text[])
    ),
    keys as (${areKeysGiven ? given : found})
    select k.n, k.key, v.* from keys k join followed f on f.n = k.n
    join lateral (${page}) v on true
    where k.key is not null order by k.n, k.key, v."offset"`
}

/** Marks are the keys of objects, in which Postgres searches; through an array it would go for every message. */
function selectMessages(schema: SystemSchema, followed: string, limits: PageLimits): string {
  const n = notifications.in(schema, 'n')
  const page = selectPage({
    rows: `select ${messageColumns(schema, 'n')}, marked.mark
      from ${n}, lateral (select left(md5(${n.id}), 10) as mark) marked
      where ${n.workflowId} = f.id
        and ((${n.sentAt} >= f.settled and not f.seen ? marked.mark) or (${n.read} and f.unread ? marked.mark))`,
    order: '"sentAt"',
    weighed: weighedColumns.messages,
    limit: limits.rows,
    bytes: limits.bytes,
  })
  return `select f.n, m.* from jsonb_to_recordset(${followed}::jsonb)
      as f(n int, id text, settled bigint, seen jsonb, unread jsonb)
    join lateral (${page}) m on true order by f.n, m."sentAt", m.mark`
}

function addByPlace(groups: Map<number, Row[]>, rows: readonly Row[]): void {
  for (const row of rows) {
    const place = Number(row.n)
    const group = groups.get(place)
    if (group) group.push(row)
    else groups.set(place, [row])
  }
}
