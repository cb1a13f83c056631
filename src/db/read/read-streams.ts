import { streamEndMarks } from '../../core/dbos-names.ts'
import type { StreamKey, StreamSummary } from '../../core/workflow.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import type { Database } from '../tables/system-database.ts'

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
