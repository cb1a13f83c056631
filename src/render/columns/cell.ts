import { isoTime } from '../../core/words/far-date.ts'
import type { Style } from '../style.ts'
import { formatDuration } from '../time-text.ts'

/** More of a value than any terminal shows on a line. */
export const maxValueWidth = 400

/** A UUID, and what a child adds to it, stay whole; a longer id leaves other columns their room. Both its ends tell what it is. */
export const idWidths = { minWidth: 44, lastWidth: 12, truncate: 'middle' } as const

export const faint = (text: string, _row: unknown, style: Style): string => style.faint(text)

export function toIso(date: Date | null): string {
  return date ? isoTime(date) : ''
}

export function between(start: Date | null, end: Date | null): string {
  return start && end ? formatDuration(end.getTime() - start.getTime()) : ''
}

/** To the millisecond, as a duration that drover reads. */
export function msBetween(start: Date | null, end: Date | null): string {
  return start && end ? `${end.getTime() - start.getTime()}ms` : ''
}
