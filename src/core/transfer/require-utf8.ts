import { isUtf8 } from 'node:buffer'
import { CliError } from '../errors.ts'

const lineFeed = 0x0a

/**
 * The same bytes, in pieces that cut no character. What is no UTF-8 would come in as U+FFFD, which nobody stored: throws
 * `invalid-argument`, which names the line.
 */
export async function* requireUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let line = 1
  let begun: Uint8Array = new Uint8Array()
  for await (const chunk of chunks) {
    const bytes = begun.length === 0 ? asBuffer(chunk) : Buffer.concat([begun, chunk])
    const end = endOfWhole(bytes)
    const whole = bytes.subarray(0, end)
    begun = bytes.subarray(end)
    if (!isUtf8(whole)) throw notUtf8(line + linesUntilInvalid(whole))
    line += countLines(whole)
    if (whole.length > 0) yield whole
  }
  if (begun.length > 0) throw notUtf8(line)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Where a character begins that a later piece may complete: four bytes are the longest. */
function endOfWhole(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const byte = bytes[bytes.length - length] ?? 0
    if (byte < 0x80) break
    if (byte >= 0xc0) return length < charLength(byte) ? bytes.length - length : bytes.length
  }
  return bytes.length
}

function charLength(first: number): number {
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count += 1
  return count
}

function linesUntilInvalid(bytes: Buffer): number {
  let count = 0
  for (let from = 0; ; count++) {
    const end = bytes.indexOf(lineFeed, from)
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return count
    from = end + 1
  }
}

function notUtf8(line: number): CliError {
  return new CliError(
    'invalid-argument',
    `Line ${line} of the export is not valid UTF-8. Nothing was imported.`,
    { hint: 'export it again, and copy the file as it is' },
  )
}
