import { type CopyToStreamQuery, to as copyTo } from 'pg-copy-streams'
import { toInt32 } from './json-line-writer.ts'

/** What `pg-copy-streams` does with each piece that comes; returns whether it takes more. */
interface Parsing {
  _parse(chunk: Buffer): boolean
}

/** Of a message: a letter, and how long it is with these bytes of its length. */
const headBytes = 5
const data = 0x64
/** `CopyOutResponse`, and what may come at any time. */
const passedOver: readonly number[] = [...'HSNA'].map((letter) => letter.charCodeAt(0))

/**
 * What `copy … to stdout` says, in as few pieces as it came in. Postgres puts each row in a message of its own, for each of which
 * `pg-copy-streams` would make, and throw away, several objects.
 */
export function copyOut(statement: string): CopyToStreamQuery {
  const query = copyTo(statement)
  const parsing = query as unknown as Parsing
  const parseRest = parsing._parse.bind(query)
  let begun: Buffer[] = []
  let begunBytes = 0
  let neededBytes = headBytes
  let isOver = false

  /** Hands on the data of the messages that are whole, and keeps the one that is not; those after the data are for whoever asks next. */
  const take = (bytes: Buffer): boolean => {
    let [at, to] = [0, 0]
    for (;;) {
      neededBytes = bytes.length - at < headBytes ? headBytes : 1 + toInt32(bytes, at + 1)
      if (bytes.length - at < neededBytes) break
      const end = at + neededBytes
      if (bytes[at] === data) {
        bytes.copyWithin(to, at + headBytes, end)
        to += end - at - headBytes
      } else if (!passedOver.includes(bytes[at] as number)) {
        isOver = true
        break
      }
      at = end
    }
    const takesMore = to === 0 || query.push(bytes.subarray(0, to))
    if (isOver) return parseRest(bytes.subarray(at))
    begun = at < bytes.length ? [bytes.subarray(at)] : []
    begunBytes = bytes.length - at
    return takesMore
  }

  parsing._parse = (chunk) => {
    let rest = chunk
    let takesMore = true
    while (begunBytes > 0 && !isOver) {
      const part = rest.subarray(0, neededBytes - begunBytes)
      begun.push(part)
      begunBytes += part.length
      rest = rest.subarray(part.length)
      if (begunBytes < neededBytes) return takesMore
      takesMore = take(Buffer.concat(begun, begunBytes))
    }
    if (rest.length === 0) return takesMore
    return isOver ? parseRest(rest) : take(rest)
  }
  return query
}
