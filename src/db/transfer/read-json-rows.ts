/** What comes before the first row: a signature, flags, and how long what else is in the header is. */
const headerBytes = 19
/** How many columns a row has, and how long the first one is. */
const rowHeadBytes = 6
/** Text is handed on in pieces of about this many characters: a row each is slow. */
const pieceLength = 65_536

/**
 * The rows of `COPY … TO STDOUT (FORMAT BINARY)` of one column of JSON, each between these two texts, in pieces of many. Postgres
 * makes binary rows in half the time of text, in which it looks at each character.
 */
export async function* readJsonRows(
  chunks: AsyncIterable<Uint8Array>,
  before: string,
  after: string,
): AsyncGenerator<string> {
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let neededBytes = headerBytes
  let isInHeader = true
  let text = ''
  for await (const chunk of chunks) {
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes < neededBytes) continue
    const bytes = waiting.length === 1 ? asBuffer(chunk) : Buffer.concat(waiting)
    let at = 0
    for (;;) {
      neededBytes = isInHeader ? headerLength(bytes) : rowLength(bytes, at)
      if (bytes.length - at < neededBytes) break
      const end = at + neededBytes
      if (!isInHeader) text += before + bytes.toString('utf8', at + rowHeadBytes, end) + after
      isInHeader = false
      at = end
    }
    waiting = [bytes.subarray(at)]
    waitingBytes = bytes.length - at
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

function headerLength(bytes: Buffer): number {
  return headerBytes + bytes.readUInt32BE(headerBytes - 4)
}

/** Of the row that begins there, as far as that is known; what ends all rows is shorter than any. */
function rowLength(bytes: Buffer, at: number): number {
  return bytes.length - at < rowHeadBytes ? rowHeadBytes : rowHeadBytes + bytes.readUInt32BE(at + 2)
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
