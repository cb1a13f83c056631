import pg from 'pg'
import { streamEndMarks } from '../../core/dbos-names.ts'
import { endedStatuses } from '../../core/workflow.ts'
import type { Moments } from '../connection/connect.ts'
import { withStreamKeys } from '../read/read-streams.ts'
import { notifications } from '../tables/notifications.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowEventsHistory } from '../tables/workflow-events-history.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import type { Needs } from './needs.ts'
import type { Position } from './position.ts'

/** What is asked of one workflow: whether there is something that whoever stands there, and needs that, has not seen. */
export interface Probe {
  readonly id: string
  readonly high: number
  /** As Postgres writes an array. */
  readonly gaps: string
  /** Of what it is asked: `s`teps, `e`vents, `m`essages, `t` for streams. */
  readonly about: string
  /** The same for all who ask the same. */
  readonly key: string
}

export function probeOf(id: string, { high, gaps }: Position, needs: Needs): Probe {
  const about = [
    needs.steps && 's',
    (needs.events || needs.waits) && 'e',
    (needs.messages || needs.waits) && 'm',
    needs.streams && 't',
  ]
    .filter((letter) => letter !== false)
    .join('')
  const written = `{${gaps.join()}}`
  return { id, high, gaps: written, about, key: JSON.stringify([id, high, written, about]) }
}

/**
 * What a group of workflows is like: other numbers once one of them has something new to tell, the passing of a deadline
 * apart. Of groups these are the sums of what they are of each, so that a group can be compared without asking for each.
 */
export interface Look {
  /** Of what nobody announces: statuses and steps. */
  readonly quiet: number
  /** Of the rest; undefined where it was not asked for. */
  readonly announced: number | undefined
}

export interface ProbeGroup {
  readonly probes: readonly Probe[]
  /** Also what is announced. */
  readonly isFull: boolean
}

/** The look of each group, in one snapshot. It costs the database a fifth of what a round does, and most rounds find nothing. */
export async function readLooks(
  { session, schema }: Database,
  groups: readonly ProbeGroup[],
  silenceMs: number,
  moments?: Moments,
): Promise<readonly Look[]> {
  const [rows = []] = await session.batch(selectLooks(schema, groups), silenceMs, moments)
  const looks = groups.map(({ isFull }): Look => ({ quiet: 0, announced: isFull ? 0 : undefined }))
  for (const row of rows) {
    const group = Number(row.g)
    const announced = groups[group]?.isFull ? Number(row.announced) : undefined
    looks[group] = { quiet: Number(row.quiet), announced }
  }
  return looks
}

function selectLooks(schema: SystemSchema, groups: readonly ProbeGroup[]): string {
  const w = workflowStatus.in(schema, 'w')
  const asked = groups.flatMap(({ probes, isFull }, group) =>
    probes.map((probe) => ({ ...probe, group, about: isFull ? `${probe.about}f` : probe.about })),
  )
  const column = (type: string, texts: readonly (string | number)[]) =>
    `${pg.escapeLiteral(`{${texts.map(quoteElement).join()}}`)}::${type}[]`
  const columns = [
    column(
      'int',
      asked.map(({ group }) => group),
    ),
    column(
      'text',
      asked.map(({ id }) => id),
    ),
    column(
      'int',
      asked.map(({ high }) => high),
    ),
    column(
      'text',
      asked.map(({ gaps }) => gaps),
    ),
    column(
      'text',
      asked.map(({ about }) => about),
    ),
  ]
  const when = (letter: string, sql: string) => `case when f.about like '%${letter}%' then ${sql} end`
  const quiet = [w.status, w.executorId, w.recoveryAttempts, when('s', newSteps(schema))]
  const announced = [
    when('e', newEvents(schema)),
    when('m', countMessages(schema)),
    when('t', lastValues(schema)),
  ]
  return `select x.g, sum(x.quiet) as quiet, sum(x.announced) as announced from (
      select f.g, ${numberOf(`row(${quiet.join(', ')})`)} as quiet,
        ${when('f', numberOf(`row(${announced.join(', ')})`))} as announced
      from unnest(${columns.join(', ')}) as f(g, id, high, gaps, about)
      left join ${w} on ${w.id} = f.id
    ) x group by x.g`
}

/** So small that JavaScript adds hundreds of them exactly. */
function numberOf(row: string): string {
  return `('x' || left(md5((${row})::text), 11))::bit(44)::bigint`
}

function quoteElement(text: string | number): string {
  return typeof text === 'number' ? String(text) : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Those of these that exist, and which of them have ended. */
export async function readEnded(
  { session, schema }: Database,
  ids: Iterable<string>,
  silenceMs: number,
  moments?: Moments,
): Promise<ReadonlyMap<string, boolean>> {
  const w = workflowStatus.in(schema, 'w')
  const ended = endedStatuses.map((status) => `'${status}'`).join(', ')
  const list = pg.escapeLiteral(`{${[...ids].map(quoteElement).join()}}`)
  const [rows = []] = await session.batch(
    `select ${w.id} as id, ${w.status} in (${ended}) as has_ended from ${w} where ${w.id} = any(${list}::text[])`,
    silenceMs,
    moments,
  )
  return new Map(rows.map((row) => [String(row.id), row.has_ended === true]))
}

export interface Ending {
  readonly id: string
  readonly atMs: number
}

/** Who ended after this time, by the clocks of the executors, the earliest first: the index makes it cheap for any number. */
export async function readEndings(
  { session, schema }: Database,
  sinceMs: number,
  limit: number,
  silenceMs: number,
  moments?: Moments,
): Promise<readonly Ending[]> {
  const w = workflowStatus.in(schema, 'w')
  const [rows = []] = await session.batch(
    `select ${w.id} as id, ${w.completedAt} as at from ${w} where ${w.completedAt} > ${Math.floor(sinceMs)}
     order by ${w.completedAt} limit ${limit}`,
    silenceMs,
    moments,
  )
  return rows.map((row) => ({ id: String(row.id), atMs: Number(row.at) }))
}

function isUnseen({ workflowId, step }: { readonly workflowId: string; readonly step: string }): string {
  return `${workflowId} = f.id and (${step} > f.high or ${step} = any(f.gaps::int[]))`
}

function newSteps(schema: SystemSchema): string {
  const o = operationOutputs.in(schema, 'o')
  return `(select string_agg(${o.step}::text, ',' order by ${o.step}) from ${o} where ${isUnseen(o)})`
}

/** A step that is not recorded yet may write its event again. */
function newEvents(schema: SystemSchema): string {
  const h = workflowEventsHistory.in(schema, 'h')
  const event = `${h.step} || ${h.key} || md5(${h.value})`
  return `(select string_agg(${event}, ',' order by ${h.step}, ${h.key}) from ${h} where ${isUnseen(h)})`
}

function countMessages(schema: SystemSchema): string {
  const n = notifications.in(schema, 'n')
  const counts = `row(count(*), count(*) filter (where ${n.read}), max(${n.sentAt}))::text`
  return `(select ${counts} from ${n} where ${n.workflowId} = f.id)`
}

/** A rewound workflow writes over the mark at the end. */
function lastValues(schema: SystemSchema): string {
  const s = streams.in(schema, 's')
  const marks = streamEndMarks.map((mark) => pg.escapeLiteral(mark)).join(', ')
  const last = `select ${s.offset} || (${s.value} in (${marks}))::text from ${s}
    where ${s.workflowId} = f.id and ${s.key} = k.key order by ${s.offset} desc limit 1`
  return `(${withStreamKeys(schema, 'f.id')}
    select string_agg(k.key || (${last}), ',' order by k.key) from keys k where k.key is not null)`
}
