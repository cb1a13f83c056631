import type { Viewport } from '../render/gutter.ts'
import type { Key } from '../terminal/terminal.ts'
import type { Cockpit, Data, Screen, Subject, Turn } from './cockpit-model.ts'

/** A key and what it does, for the line below a screen and for `?`. */
export type KeyHelp = readonly [key: string, does: string]

/** What a kind of screen is: pure functions over it. */
export interface ScreenKind<Own extends Screen> {
  /** What is read for it is named so: another name is another reading. */
  sourceOf(screen: Own): string
  /** Where it stands on the way in. Harmless text. */
  titleOf(screen: Own): string
  /** At most `room` lines, none wider than the frame. */
  draw(screen: Own, frame: Viewport, room: number): readonly string[]
  take(screen: Own, data: Data): Own
  /** Undefined for a key that means nothing here. */
  press(screen: Own, key: Key, at: Place): Turn | undefined
  /** How soon the ages on it are others, where nothing else is; a second by default. */
  agesAfterMs?(screen: Own, room: number, now: Date): number
  /** What actions are about. */
  subjectOf(screen: Own): Subject | undefined
  readonly keys: readonly KeyHelp[]
  /** Where it has a list: what is searched there, and the same with another search. */
  searchOf?(screen: Own): string | undefined
  withSearch?(screen: Own, search: string): Own
  /** What is copied of it. */
  copyOf(screen: Own): string | undefined
}

export interface Place {
  readonly cockpit: Cockpit
  /** Lines that there are for the screen. */
  readonly room: number
  readonly frame: Viewport
}

export function subjectOfRow(
  row: { readonly workflowId: string; readonly name: string; readonly status: Subject['status'] } | undefined,
): Subject | undefined {
  return row && { workflowId: row.workflowId, name: row.name, status: row.status }
}

/** What is done to a workflow has the same keys wherever one is meant. */
export const workflowKeys: readonly KeyHelp[] = [
  ['a', 'approve'],
  ['r', 'reject'],
  ['c', 'cancel'],
  ['R', 'resume'],
  ['f', 'fork'],
  ['y', 'copy id'],
]
