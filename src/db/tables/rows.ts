import { noTopic } from '../../core/dbos-names.ts'
import { dateOfMs } from '../../core/words/far-date.ts'

/** Columns as pg hands them out: bigint as text, and null where there is nothing. */

export function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Like `toText`; DBOS writes an empty string where some value is not set. */
export function toFilledText(value: unknown): string | null {
  return toText(value) || null
}

/** From epoch milliseconds. */
export function toDate(epochMs: unknown): Date | null {
  return epochMs === null || epochMs === undefined ? null : dateOfMs(epochMs as string)
}

export function toTopic(stored: unknown): string | null {
  return stored === noTopic ? null : toText(stored)
}
