import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { byKey, createPosition, type Position } from './position.ts'

/** Each change has one that is no longer than this: what is longer fits no command line, and no header of a request. */
const usualLength = 16_384
/** Of one that is longer, so much for each change: that many follow makes no change of one cost more. */
const lengthOfEach = 256

/**
 * Makes the cursor of each change; empty where that would be long and there was one not long before. It covers the roots, and
 * of what they started all that has not ended: that an end was told shows by what its parent has passed.
 */
export function createCursors(
  roots: readonly string[],
  {
    positions,
    active,
  }: { readonly positions: ReadonlyMap<string, Position>; readonly active: ReadonlyMap<string, Position> },
): () => string {
  let length = 0
  let left = 0
  return () => {
    left += lengthOfEach
    if (length > usualLength && left < length) return ''
    const covered = new Map<string, Position>()
    for (const id of roots) {
      const position = positions.get(id)
      if (position) covered.set(id, position)
    }
    for (const [id, position] of active) covered.set(id, position)
    const cursor = encodeCursor(covered)
    length = cursor.length
    left = 0
    return cursor
  }
}

/** As it is written: of a set an array. */
type WrittenPosition = {
  readonly [Key in keyof Position]?: Position[Key] extends Set<infer Item> ? Item[] : Position[Key]
}
type Cursor = readonly [format: 1, positions: Record<string, WrittenPosition>]

/** Base64url of the positions, what stands at its default left out. */
export function encodeCursor(positions: ReadonlyMap<string, Position>): string {
  const written = Object.fromEntries([...positions].map(([id, position]) => [id, withoutDefaults(position)]))
  const cursor: Cursor = [1, written]
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

/** Throws `invalid-argument` for what `encodeCursor` did not make. */
export function decodeCursor(cursor: string): Map<string, Position> {
  try {
    const [format, written] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as Cursor
    if (format !== 1) throw new TypeError(`unknown cursor format ${format}`)
    return new Map(
      Object.entries(written).map(([id, given]) => [
        id,
        {
          ...createPosition(),
          ...given,
          streams: byKey(given.streams),
          closedStreams: new Set(given.closedStreams),
          unread: new Set(given.unread),
        },
      ]),
    )
  } catch (cause) {
    throw new CliError('invalid-argument', `${cursor} is not a cursor printed by drover.`, {
      hint: phrase`take the cursor of a change that ${command('watch', ['ID'], { '-o': 'jsonl' })} printed`,
      cause,
    })
  }
}

const defaults = Object.entries(createPosition()) as [keyof Position, unknown][]

/** Made of all that is followed for nearly every change: this must be cheap. */
function withoutDefaults(position: Position): WrittenPosition {
  const written: Record<string, unknown> = {}
  for (const [name, standard] of defaults) {
    const value = position[name]
    if (value === standard || isEmpty(value)) continue
    written[name] = value instanceof Set ? [...value] : value
  }
  return written
}

/** Of an array, a set or an object, which are all empty at the start. */
function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.length === 0
  if (value instanceof Set) return value.size === 0
  for (const _ in value) return false
  return true
}
