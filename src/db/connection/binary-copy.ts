/** How rows come in `COPY … (FORMAT binary)`. Source: the documentation of COPY in Postgres. */

/** What comes before the first row: a signature, flags, and how long what else is in the header is. */
export const headerBytes = 19
/** Of a row: how many values it has, below 0 behind the last row; of a value: how long it is, below 0 where there is none. */
export const countBytes = 2
export const lengthBytes = 4

/** Of what begins with at least `headerBytes`. */
export function headerLength(bytes: Buffer): number {
  return headerBytes + bytes.readUInt32BE(headerBytes - lengthBytes)
}
