import { isUtf8 } from 'node:buffer'
import pg from 'pg'
import { streamEndMarks } from '../../../core/dbos-names.ts'
import { eachColumn } from '../../connection/collect-copy.ts'
import { toUtf8 } from '../../tables/canonical-json.ts'
import { usualSerialization } from '../../tables/decode.ts'
import type { StoredValue } from '../../tables/json-text.ts'
import type { SystemSchema } from '../../tables/schema.ts'
import { streams } from '../../tables/streams.ts'
import { selectPage } from '../page.ts'

/** What is larger takes more memory, and no less time. */
export const pageBytes = 2_000_000

/** Values of a stream in their order. Closing marks are among them. */
export interface Page {
  readonly count: number
  readonly bytes: number
  offsetOf(index: number): number
  /** The same object every time. */
  storedAt(index: number): StoredValue
}

interface PageRequest {
  readonly workflowId: string
  readonly key: string
  readonly next: number
  readonly last: number
  readonly limit: number
}

function selectValues(schema: SystemSchema, { workflowId, key, next, last }: PageRequest): string {
  const s = streams.in(schema, 's')
  return `select ${s.offset}, ${s.value}, ${s.serialization} as format from ${s}
    where ${s.workflowId} = ${pg.escapeLiteral(workflowId)} and ${s.key} = ${pg.escapeLiteral(key)}
      and ${s.offset} between ${next} and ${last}`
}

/** A row each, whatever they are: for `toPage`. */
export function selectRows(schema: SystemSchema, request: PageRequest): string {
  const { limit } = request
  const columns = '"offset"::bigint, format, value'
  const rows = selectValues(schema, request)
  return selectPage({ rows, columns, order: '"offset"', weighed: ['value'], limit, bytes: pageBytes })
}

/** Of what `selectRows` gave. */
export function toPage(copied: Buffer): Page {
  const offsets: number[] = []
  const formats: (string | null)[] = []
  const places: Omit<StoredValue, 'serialization'>[] = []
  const text = toUtf8(copied)
  eachColumn(copied, (column, start, end) => {
    if (column === 0) offsets.push(Number(copied.readBigInt64BE(start)))
    else if (column === 1) formats.push(start < 0 ? null : copied.toString('utf8', start, end))
    else if (start >= 0 && isUtf8(copied.subarray(start, end))) places.push({ text, start, end })
    else {
      const mended = Buffer.from(start < 0 ? 'null' : copied.toString('utf8', start, end))
      places.push({ text: toUtf8(mended), start: 0, end: mended.length })
    }
  })
  return {
    count: places.length,
    bytes: copied.length,
    offsetOf: (index) => offsets[index] as number,
    storedAt: (index) => {
      return { ...(places[index] as StoredValue), serialization: formats[index] as string | null }
    },
  }
}

/**
 * All of a page in one row, for `unpack`: to take a million small values apart costs more than to send them. No text where
 * they are too heavy together, and where Postgres counts other bytes than it sends.
 */
export function selectPacked(schema: SystemSchema, request: PageRequest): string {
  const first = `${selectValues(schema, request)} order by "offset" limit ${request.limit}`
  const isOther = `coalesce(format, '') <> ${pg.escapeLiteral(usualSerialization)}
    and value not in (${streamEndMarks.map((mark) => pg.escapeLiteral(mark)).join(', ')})`
  return `select min("offset")::bigint, max("offset")::bigint, count(*) filter (where ${isOther}),
      array_agg(octet_length(value)), string_agg(value, '')
    from (${first}) page
    where current_setting('server_encoding') = 'UTF8'
      and (select sum(octet_length(value)) from (${first}) page) < ${pageBytes}`
}

/** Of an array in binary: its dimensions, whether there are nulls, its type, and the size and the bounds of the only dimension. */
const arrayHeadBytes = 20
/** Before each element how long it is. */
const elementBytes = 8
const lengthBytes = 4

/**
 * Of what `selectPacked` gave. `heavy` are more than a page holds, and `mixed` what cannot be taken apart: offsets with gaps,
 * several formats, or what is not UTF-8.
 */
export function unpack(copied: Buffer): Page | 'heavy' | 'mixed' {
  const columns: Buffer[] = []
  eachColumn(copied, (column, start, end) => {
    if (start >= 0) columns[column] = copied.subarray(start, end)
  })
  const [first = -1, last = -1, others = 0] = columns
    .slice(0, 3)
    .map((column) => Number(column.readBigInt64BE()))
  const [lengths, packed] = columns.slice(3)
  if (!lengths || !packed) return 'heavy'
  const count = (lengths.length - arrayHeadBytes) / elementBytes
  if (others > 0 || last - first + 1 !== count || !isUtf8(packed)) return 'mixed'
  const ends = new Int32Array(count)
  let end = 0
  for (let index = 0; index < count; index++) {
    end += lengths.readInt32BE(arrayHeadBytes + index * elementBytes + lengthBytes)
    ends[index] = end
  }
  if (end !== packed.length) return 'mixed'
  const stored = { text: toUtf8(packed), start: 0, end: 0, serialization: usualSerialization }
  return {
    count,
    bytes: packed.length,
    offsetOf: (index) => first + index,
    storedAt: (index) => {
      stored.start = index === 0 ? 0 : (ends[index - 1] as number)
      stored.end = ends[index] as number
      return stored
    },
  }
}
