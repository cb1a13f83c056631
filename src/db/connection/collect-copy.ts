import type pg from 'pg'
import { countBytes, headerLength, lengthBytes } from './binary-copy.ts'

/** Bytes that come in pieces, kept together in memory that is taken again after `clear`. */
export interface Collected {
  add(piece: Buffer): void
  clear(): void
  /** A view of them, until more are added after `clear`. */
  bytes(): Buffer
}

export function createCollected(): Collected {
  let memory = Buffer.alloc(0)
  let length = 0
  return {
    add: (piece) => {
      if (length + piece.length > memory.length) {
        // Memory of its own, and no part of what Node shares among small buffers.
        const larger = Buffer.allocUnsafeSlow(Math.max(length + piece.length, 2 * memory.length))
        memory.copy(larger, 0, 0, length)
        memory = larger
      }
      memory.set(piece, length)
      length += piece.length
    },
    clear: () => {
      length = 0
    },
    bytes: () => memory.subarray(0, length),
  }
}

interface CopyConnection {
  query(sql: string): void
}

/** Collects what `COPY … TO STDOUT` sends of the rows of a `select`, in binary: of text no string is made. */
export function collectCopy(client: pg.ClientBase, select: string, into: Collected): Promise<void> {
  const text = `copy (${select}) to stdout with (format binary)`
  into.clear()
  return new Promise((resolve, reject) => {
    const query = {
      text,
      submit: (connection: CopyConnection) => connection.query(text),
      // What comes is a view of memory that pg takes again.
      handleCopyData: ({ chunk }: { readonly chunk: Buffer }) => into.add(chunk),
      handleCommandComplete: () => {},
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    }
    client.query(query as unknown as pg.Submittable)
  })
}

/** Calls for each column of each row of what `collectCopy` collected; `start` is negative for null. */
export function eachColumn(bytes: Buffer, take: (column: number, start: number, end: number) => void): void {
  if (bytes.length === 0) return
  let at = headerLength(bytes)
  for (;;) {
    const columns = bytes.readInt16BE(at)
    if (columns < 0) return
    at += countBytes
    for (let column = 0; column < columns; column++) {
      const length = bytes.readInt32BE(at)
      at += lengthBytes
      take(column, length < 0 ? -1 : at, at + Math.max(0, length))
      at += Math.max(0, length)
    }
  }
}
