import type { StreamValuesOptions } from '../../core/store.ts'
import type { StreamKey, StreamSummary, StreamValue } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { retryWhileDisconnected } from '../connection/retry-while-disconnected.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { decodeValue, isStreamEnd, streamEndMarks, usualSerialization } from '../tables/decode.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'
import { selectLightPage, selectPage } from './page.ts'

const batchRows = 3000
/** What is made of a batch is handed out in pieces, so that it is free again soon. */
const pieceRows = 500

/** Offsets are without gaps but for what was rewound: more of them are not worth counting. */
const countedValues = 10_000

export async function readStreams(
  { session, schema }: Database,
  workflowId: string,
): Promise<StreamSummary[]> {
  const s = streams.in(schema, 's')
  const ofKey = `${s.workflowId} = $1 and ${s.key} = k.key`
  const rows = await session.query(
    `${withStreamKeys(schema, '$1')}
     select k.key,
       case when newest.place < ${countedValues}
         then (select count(*) from ${s} where ${ofKey} and ${s.value} <> all($2))
         else newest.place + 1 - newest.is_end::int end as count,
       case when newest.place < ${countedValues}
         then exists (select from ${s} where ${ofKey} and ${s.value} = any($2)) else newest.is_end end as closed
     from keys k
     cross join lateral (
       select ${s.offset} as place, ${s.value} = any($2) as is_end from ${s}
       where ${ofKey} order by ${s.offset} desc limit 1
     ) newest
     where k.key is not null order by k.key collate "C"`,
    [workflowId, streamEndMarks],
  )
  return rows.map((row) => ({ key: String(row.key), count: Number(row.count), closed: row.closed === true }))
}

/** SQL for `keys`, those of one workflow and a null: it skips from key to key in the index. */
export function withStreamKeys(schema: SystemSchema, workflowId: string): string {
  const s = streams.in(schema, 's')
  return `with recursive keys as (
      select (select min(${s.key}) from ${s} where ${s.workflowId} = ${workflowId}) as key
      union all
      select (select min(${s.key}) from ${s} where ${s.workflowId} = ${workflowId} and ${s.key} > k.key)
      from keys k where k.key is not null
    )`
}

/** Looks at the last value of each: a long stream costs no more than a short one. */
export async function readStreamKeys(
  { session, schema }: Database,
  workflowId: string,
): Promise<StreamKey[]> {
  const s = streams.in(schema, 's')
  const rows = await session.query(
    `${withStreamKeys(schema, '$1')}
     select k.key, v.value = any($2) as closed from keys k
     join lateral (
       select ${s.value} from ${s} where ${s.workflowId} = $1 and ${s.key} = k.key order by ${s.offset} desc limit 1
     ) v on true
     where k.key is not null order by k.key collate "C"`,
    [workflowId, streamEndMarks],
  )
  return rows.map((row) => ({ key: String(row.key), closed: row.closed === true }))
}

export async function findOffsetOfLast(
  { session, schema }: Database,
  workflowId: string,
  key: string,
  count: number,
): Promise<number> {
  const s = streams.in(schema, 's')
  const [row] = await session.query(
    `select ${s.offset} from ${s} where ${s.workflowId} = $1 and ${s.key} = $2 and ${s.value} <> all($3)
     order by ${s.offset} desc offset $4 limit 1`,
    [workflowId, key, streamEndMarks, count - 1],
  )
  return Number(row?.offset ?? 0)
}

/** By offset, a batch ahead of the consumer at most, up to the last value that is there at the start. */
export async function* readStreamValues(
  { session, schema, timing }: OpenDatabase,
  workflowId: string,
  key: string,
  { from = 0, signal = new AbortController().signal, onNotice }: StreamValuesOptions = {},
): AsyncGenerator<readonly StreamValue[]> {
  const s = streams.in(schema, 's')
  const stream = { workflowId, key }
  const query = (sql: string, parameters: readonly unknown[]) =>
    retryWhileDisconnected(session, timing, { signal, onNotice }, () => session.query(sql, parameters))
  const newest = await query(
    `select max(${s.offset}) as last from ${s} where ${s.workflowId} = $1 and ${s.key} = $2`,
    [workflowId, key],
  )
  const last = Number(newest?.[0]?.last ?? -1)
  const read = async (next: number): Promise<readonly Row[]> => {
    if (next > last) return []
    // The name of the same format, a million times over, takes time too.
    const otherFormat = `nullif(coalesce(${s.serialization}, ''), '${usualSerialization}')`
    const rows = `select ${s.offset}, ${s.value}, ${otherFormat} as other_format
      from ${s} where ${s.workflowId} = $1 and ${s.key} = $2 and ${s.offset} between $3 and $4`
    const columns = '"offset", value, other_format'
    const page = { rows, columns, order: '"offset"', weighed: ['value'], limit: batchRows }
    const range = [workflowId, key, next, last]
    const light = (await query(selectLightPage(page), range)) ?? []
    return light.length > 0 || signal.aborted ? light : ((await query(selectPage(page), range)) ?? [])
  }

  let rows = await read(from)
  while (rows.length > 0) {
    const upcoming = read(Number(rows.at(-1)?.offset) + 1)
    // Whether it failed is asked after the consumer has taken this batch, if it ever comes back.
    upcoming.catch(() => {})
    for (let at = 0; at < rows.length; at += pieceRows) yield toValues(rows.slice(at, at + pieceRows), stream)
    rows = await upcoming
  }
}

function toValues(
  rows: readonly Row[],
  { workflowId, key }: Pick<StreamValue, 'workflowId' | 'key'>,
): readonly StreamValue[] {
  const values: StreamValue[] = []
  for (const { offset, value, other_format: otherFormat } of rows) {
    const text = String(value)
    if (isStreamEnd(text)) continue
    const serialization = otherFormat === null ? usualSerialization : String(otherFormat) || null
    values.push({ workflowId, key, offset: Number(offset), value: decodeValue(text, serialization) })
  }
  return values
}
