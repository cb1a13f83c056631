import { isStreamEnd } from '../../../core/dbos-names.ts'
import type { StreamValuesOptions } from '../../../core/store.ts'
import type { StreamText, StreamValue } from '../../../core/workflow.ts'
import { type Collected, createCollected } from '../../connection/collect-copy.ts'
import { retryWhileDisconnected } from '../../connection/retry-while-disconnected.ts'
import type { OpenDatabase } from '../../executors/open-database.ts'
import { decodeValue } from '../../tables/decode.ts'
import { findJson, type StoredValue } from '../../tables/json-text.ts'
import type { SystemSchema } from '../../tables/schema.ts'
import { streams } from '../../tables/streams.ts'
import { type Page, pageBytes, selectPacked, selectRows, toPage, unpack } from './stream-page.ts'

const mostRows = 10_000
/** So few are as soon sent as a row each. */
const fewRows = 100
/** The next page will be as heavy as this one, or a little heavier. */
const fullPageBytes = 0.8 * pageBytes
/** What is made of a page is handed out in pieces, so that it is free again soon. */
const pieceRows = 1000
const pieceBytes = 200_000

/** By offset, a page ahead of the consumer at most, up to the last value that is there at the start. */
export function readStreamValues(
  database: OpenDatabase,
  workflowId: string,
  key: string,
  options: StreamValuesOptions = {},
): AsyncGenerator<readonly StreamValue[]> {
  return readPieces(
    database,
    { workflowId, key, ...options },
    (offset, { text, start, end, serialization }) => {
      const value = decodeValue(text.bytes.toString('utf8', start, end), serialization)
      return { workflowId, key, offset, value }
    },
  )
}

/** The same as lines of JSON have them, each piece in the objects of the one before. */
export function readStreamTexts(
  database: OpenDatabase,
  workflowId: string,
  key: string,
  options: StreamValuesOptions = {},
): AsyncGenerator<readonly StreamText[]> {
  const places = Array.from({ length: pieceRows }, () => ({ offset: 0, ...nothing }))
  return readPieces(database, { workflowId, key, ...options }, (offset, stored, index) => {
    const place = places[index] ?? { offset, ...nothing }
    place.offset = offset
    findJson(stored, place)
    return place
  })
}

const nothing = { bytes: Buffer.alloc(0), start: 0, end: 0 }

interface Request extends StreamValuesOptions {
  readonly workflowId: string
  readonly key: string
}

/** The index is that in its piece. */
type Convert<Value> = (offset: number, stored: StoredValue, index: number) => Value

async function* readPieces<Value>(
  { session, schema, timing }: OpenDatabase,
  { workflowId, key, from = 0, signal = new AbortController().signal, onNotice }: Request,
  convert: Convert<Value>,
): AsyncGenerator<readonly Value[]> {
  const patiently = <Result>(ask: () => Promise<Result>) =>
    retryWhileDisconnected(session, timing, { signal, onNotice }, ask)
  const sql = selectNewest(schema)
  const [newest] = (await patiently(() => session.query(sql, [workflowId, key]))) ?? []
  const last = Number(newest?.last ?? -1)
  let limit = mostRows
  let mayPack = true

  const copy = async <Result>(
    select: string,
    into: Collected,
    take: (copied: Buffer) => Result,
  ): Promise<Result | undefined> => {
    const copied = await patiently(async () => {
      await session.copy(select, into)
      return { taken: take(into.bytes()) }
    })
    return copied?.taken
  }
  const read = async (next: number, into: Collected): Promise<Page> => {
    if (next > last) return noPage
    const request = { workflowId, key, next, last, limit }
    let page: Page | undefined
    if (mayPack && limit >= fewRows) {
      const packed = await copy(selectPacked(schema, request), into, unpack)
      if (packed === 'mixed') mayPack = false
      else if (packed !== 'heavy') page = packed
    }
    page ??= (await copy(selectRows(schema, request), into, toPage)) ?? noPage
    limit = Math.max(1, Math.min(mostRows, Math.floor((fullPageBytes / page.bytes) * page.count)))
    return page
  }

  let [taken, free] = [createCollected(), createCollected()]
  let page = await read(from, taken)
  while (page.count > 0) {
    const upcoming = read(page.offsetOf(page.count - 1) + 1, free)
    // Whether it failed is asked after the consumer has taken this page, if it ever comes back.
    upcoming.catch(() => {})
    for (let index = 0; index < page.count; ) {
      const { values, next } = takePiece(page, index, convert)
      index = next
      yield values
    }
    page = await upcoming
    ;[taken, free] = [free, taken]
  }
}

/** By itself: V8 takes long to compile a generator, the longer the more it does. */
function takePiece<Value>(
  page: Page,
  first: number,
  convert: Convert<Value>,
): { readonly values: Value[]; readonly next: number } {
  const values: Value[] = []
  let bytes = 0
  let next = first
  while (next < page.count && values.length < pieceRows && bytes < pieceBytes) {
    const stored = page.storedAt(next)
    bytes += stored.end - stored.start
    if (!isEnd(stored)) values.push(convert(page.offsetOf(next), stored, values.length))
    next++
  }
  return { values, next }
}

function selectNewest(schema: SystemSchema): string {
  const s = streams.in(schema, 's')
  return `select max(${s.offset}) as last from ${s} where ${s.workflowId} = $1 and ${s.key} = $2`
}

const noPage = toPage(Buffer.alloc(0))
const openBrace = '{'.charCodeAt(0)

/** Hardly any value begins as a mark does. */
function isEnd({ text: { bytes }, start, end }: StoredValue): boolean {
  return bytes[start] !== openBrace && isStreamEnd(bytes.toString('utf8', start, end))
}
