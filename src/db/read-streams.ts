import type { StreamSummary, StreamValue } from '../core/workflow.ts'
import type { Session } from './connect.ts'
import { decodeValue, isStreamEnd, streamEndMarks } from './decode.ts'
import { toText } from './rows.ts'
import type { SystemSchema } from './schema.ts'

const batchRows = 1000

export async function readStreams(
  session: Session,
  schema: SystemSchema,
  workflowId: string,
): Promise<StreamSummary[]> {
  const rows = await session.query(
    `select key, count(*) filter (where value <> all($2)) as count, bool_or(value = any($2)) as closed
     from ${schema.table('streams')} where workflow_uuid = $1 group by key order by key collate "C"`,
    [workflowId, streamEndMarks],
  )
  return rows.map((row) => ({ key: String(row.key), count: Number(row.count), closed: row.closed === true }))
}

/** By offset, a batch ahead of the consumer at most, up to the last value that is there at the start. */
export async function* readStreamValues(
  session: Session,
  schema: SystemSchema,
  workflowId: string,
  key: string,
  from = 0,
): AsyncGenerator<StreamValue> {
  const streams = schema.table('streams')
  const [newest] = await session.query(
    `select max("offset") as last from ${streams} where workflow_uuid = $1 and key = $2`,
    [workflowId, key],
  )
  const last = Number(newest?.last ?? -1)
  for (let next = from; next <= last; ) {
    const rows = await session.query(
      `select "offset", value, serialization from ${streams}
       where workflow_uuid = $1 and key = $2 and "offset" between $3 and $4 order by "offset" limit ${batchRows}`,
      [workflowId, key, next, last],
    )
    if (rows.length === 0) return
    for (const row of rows) {
      const offset = Number(row.offset)
      const text = String(row.value)
      next = offset + 1
      if (!isStreamEnd(text)) {
        yield { workflowId, key, offset, value: decodeValue(text, toText(row.serialization)) }
      }
    }
  }
}
