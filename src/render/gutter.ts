import type { Style } from './style.ts'
import { pad, truncate } from './text.ts'

/** What everything that is drawn needs to know. */
export interface Viewport {
  readonly style: Style
  readonly width: number
  readonly now: Date
  /** What each command that is drawn carries, so that it finds the same database: words, not quoted. */
  readonly databaseFlags?: readonly string[]
}

/** Labels stand in a column of their own; narrow screens spare the margin. */
export function gutterWidth(width: number): number {
  return width < 60 ? 9 : 12
}

export function contentWidth({ width }: Viewport): number {
  return Math.max(1, width - gutterWidth(width))
}

/** The label beside the first line, nothing beside the others. */
export function withLabel(label: string, lines: readonly string[], { style, width }: Viewport): string[] {
  const gutter = gutterWidth(width)
  const margin = gutter < 12 ? '' : '  '
  const first = pad(margin + truncate(label, 8), gutter)
  return lines.map((line, index) => (index === 0 ? style.faint(first) : ' '.repeat(gutter)) + line)
}
