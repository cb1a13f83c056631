import { countBytes, headerBytes, headerLength, lengthBytes } from '../connection/binary-copy.ts'
import { createJsonLineWriter, type LineShape, toInt32 } from './json-line-writer.ts'

/**
 * The rows of `COPY … TO STDOUT (FORMAT BINARY)` as lines of JSON, in pieces of many. Postgres makes binary rows in a fraction
 * of the time that JSON takes it, in which it looks for each name and type anew in each row. Returns how many there were.
 */
export async function* readJsonRows(
  chunks: AsyncIterable<Uint8Array>,
  shape: LineShape,
): AsyncGenerator<Buffer, number> {
  const writer = createJsonLineWriter(shape)
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let neededBytes = headerBytes
  let isInHeader = true
  let count = 0
  for await (const chunk of chunks) {
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes < neededBytes) continue
    const bytes = waiting.length === 1 ? asBuffer(chunk) : Buffer.concat(waiting, waitingBytes)
    let at = 0
    for (;;) {
      neededBytes = isInHeader ? headerLength(bytes) : rowLength(bytes, at)
      if (bytes.length - at < neededBytes || neededBytes === 0) break
      if (!isInHeader) {
        writer.write(bytes, at)
        count += 1
      }
      isInHeader = false
      at += neededBytes
    }
    waiting = at < bytes.length ? [bytes.subarray(at)] : []
    waitingBytes = bytes.length - at
    yield* writer.take()
  }
  yield* writer.take(true)
  return count
}

/** Of the row that begins there, at least, as far as that is known; 0 of what ends all rows. */
function rowLength(bytes: Buffer, begin: number): number {
  let at = begin + countBytes
  if (bytes.length < at) return countBytes
  const count = bytes.readInt16BE(begin)
  if (count < 0) return 0
  for (let nr = 0; nr < count; nr++) {
    if (bytes.length < at + lengthBytes) return at + lengthBytes - begin
    at += lengthBytes + Math.max(0, toInt32(bytes, at))
  }
  return at - begin
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
