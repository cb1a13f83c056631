import { isStreamEnd, streamEndMarks } from '../../core/dbos-names.ts'
import type { StreamValuesOptions } from '../../core/store.ts'
import type { StreamText, StreamValue } from '../../core/workflow.ts'
import type { Row } from '../connection/connect.ts'
import { retryWhileDisconnected } from '../connection/retry-while-disconnected.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { decodeValue, usualSerialization } from '../tables/decode.ts'
import { type StoredValue, toJsonOf } from '../tables/json-text.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { streams } from '../tables/streams.ts'
import { selectPage, usualPageBytes } from './page.ts'

const mostRows = 5000
/** The next page will be as heavy as this one, or a little heavier. */
const fullPageBytes = 0.8 * usualPageBytes
/** What is made of a page is handed out in pieces, so that it is free again soon. */
const pieceRows = 500
/** Between values that come as one text. JSON has none. */
const separator = '\x01'

/** By offset, a page ahead of the consumer at most, up to the last value that is there at the start. */
export async function* readStreamValues(
  database: OpenDatabase,
  workflowId: string,
  key: string,
  options: StreamValuesOptions = {},
): AsyncGenerator<readonly StreamValue[]> {
  yield* readPieces(
    database,
    { workflowId, key, ...options },
    (offset, { text, start, end, serialization }) => {
      return { workflowId, key, offset, value: decodeValue(text.slice(start, end), serialization) }
    },
  )
}

/** The same as lines of JSON have them. */
export async function* readStreamTexts(
  database: OpenDatabase,
  workflowId: string,
  key: string,
  options: StreamValuesOptions = {},
): AsyncGenerator<readonly StreamText[]> {
  yield* readPieces(database, { workflowId, key, ...options }, (offset, stored) => {
    return { offset, json: toJsonOf(stored) }
  })
}

interface Request extends StreamValuesOptions {
  readonly workflowId: string
  readonly key: string
}

async function* readPieces<Value>(
  { session, schema, timing }: OpenDatabase,
  { workflowId, key, from = 0, signal = new AbortController().signal, onNotice }: Request,
  convert: (offset: number, stored: StoredValue) => Value,
): AsyncGenerator<readonly Value[]> {
  const sql = createSql(schema)
  const query = async (statement: string, ...given: readonly unknown[]): Promise<readonly Row[]> => {
    const ask = () => session.query(statement, [workflowId, key, ...given])
    return (await retryWhileDisconnected(session, timing, { signal, onNotice }, ask)) ?? []
  }
  const [newest] = await query(sql.newest)
  const last = Number(newest?.last ?? -1)
  let limit = mostRows
  let isOneFormat = true

  const read = async (next: number): Promise<Page> => {
    if (next > last) return noPage
    const [packed] = isOneFormat ? await query(sql.packed(limit), next, last, streamEndMarks) : []
    isOneFormat &&= packed?.others === '0'
    const page = unpack(packed) ?? toPage(await query(sql.rows(limit), next, last))
    limit = Math.max(1, Math.min(mostRows, Math.floor((fullPageBytes / page.bytes) * page.count)))
    return page
  }

  let page = await read(from)
  while (page.count > 0) {
    const upcoming = read(page.offsetOf(page.count - 1) + 1)
    // Whether it failed is asked after the consumer has taken this page, if it ever comes back.
    upcoming.catch(() => {})
    for (let at = 0; at < page.count; at += pieceRows) {
      const piece: Value[] = []
      for (let index = at; index < Math.min(at + pieceRows, page.count); index++) {
        const stored = page.storedAt(index)
        if (!isEnd(stored)) piece.push(convert(page.offsetOf(index), stored))
      }
      yield piece
    }
    page = await upcoming
  }
}

function createSql(schema: SystemSchema) {
  const s = streams.in(schema, 's')
  const ofStream = `from ${s} where ${s.workflowId} = $1 and ${s.key} = $2`
  const rows = `select ${s.offset}, ${s.value}, ${s.serialization} as format ${ofStream} and ${s.offset} between $3 and $4`
  return {
    newest: `select max(${s.offset}) as last ${ofStream}`,
    rows: (limit: number) => selectPage({ rows, order: '"offset"', weighed: ['value'], limit }),
    /** All of a page in one row: to take a million rows apart costs more than to send them. Nothing where they are too heavy together. */
    packed: (limit: number) => {
      const first = `${rows} order by ${s.offset} limit ${limit}`
      return `select min("offset") as first, max("offset") as last, count(*) as count, sum(octet_length(value)) as bytes,
          count(*) filter (where coalesce(format, '') <> '${usualSerialization}' and value <> all($5)) as others,
          string_agg(value, chr(1)) as packed
        from (${first}) page
        where (select sum(octet_length(value)) from (${first}) page) < ${usualPageBytes}`
    },
  }
}

/** Closing marks are among the values. */
interface Page {
  readonly count: number
  readonly bytes: number
  offsetOf(index: number): number
  storedAt(index: number): StoredValue
}

/** Undefined where it is empty, or cannot be taken apart: offsets with gaps, several formats, or values with the separator. */
function unpack(row: Row | undefined): Page | undefined {
  const [first, last, count] = [Number(row?.first), Number(row?.last), Number(row?.count)]
  if (typeof row?.packed !== 'string' || row.others !== '0' || last - first + 1 !== count) return undefined
  const text = row.packed
  const ends: number[] = []
  for (let end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, end + 1)) ends.push(end)
  ends.push(text.length)
  if (ends.length !== count) return undefined
  return {
    count,
    bytes: Number(row.bytes),
    offsetOf: (index) => first + index,
    storedAt: (index) => ({
      text,
      start: index === 0 ? 0 : Number(ends[index - 1]) + 1,
      end: Number(ends[index]),
      serialization: usualSerialization,
    }),
  }
}

function toPage(rows: readonly Row[]): Page {
  return {
    count: rows.length,
    bytes: rows.reduce((sum, { value }) => sum + Buffer.byteLength(String(value)), 0),
    offsetOf: (index) => Number(rows[index]?.offset),
    storedAt: (index) => {
      const { value, format } = rows[index] ?? {}
      const text = String(value)
      const serialization = format === null ? null : String(format)
      return { text, start: 0, end: text.length, serialization }
    },
  }
}

const noPage = toPage([])

/** Hardly any value begins as a mark does. */
function isEnd({ text, start, end }: StoredValue): boolean {
  return text[start] !== '{' && isStreamEnd(text.slice(start, end))
}
