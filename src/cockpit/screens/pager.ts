import type { Key } from '../../terminal/terminal.ts'
import { moveOf } from '../moves.ts'

/** Where a text stands after a key; undefined for a key that does not move it. */
export function scrollBy(scroll: number, key: Key, lineCount: number, room: number): number | undefined {
  const by = moveOf(key, Math.max(1, room - 2))
  if (by === undefined) return undefined
  return Math.min(Math.max(0, lineCount - room), Math.max(0, scroll + by))
}

/** The part of a text that is in view; its last line tells that there is more below. */
export function pageOf(
  lines: readonly string[],
  scroll: number,
  room: number,
  faint: (text: string) => string,
): readonly string[] {
  const first = Math.min(scroll, Math.max(0, lines.length - room))
  const below = lines.length - first - room
  if (below <= 0) return lines.slice(first, first + room)
  return [...lines.slice(first, first + room - 1), faint(`↓ ${below + 1} more`)]
}
