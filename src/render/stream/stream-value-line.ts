import type { StreamValue } from '../../core/workflow.ts'
import type { Style } from '../style.ts'
import { displayWidth, escapeName } from '../text.ts'
import { formatField, formatValue } from '../value.ts'

interface StreamValueLineOptions {
  readonly style: Style
  /** Several streams are mixed. */
  readonly withKey: boolean
  readonly isTerminal: boolean
  /** On a terminal: cut the value so that the line fits; by default it is whole. */
  readonly width?: number
}

/** The whole value on one line: for a person with its place in the stream, for a pipe alone, after its key if need be. */
export function streamValueLine(
  { key, offset, value }: StreamValue,
  { style, withKey, isTerminal, width = Number.POSITIVE_INFINITY }: StreamValueLineOptions,
): string {
  const name = escapeName(key)
  if (!isTerminal) return withKey ? `${name}\t${formatField(value)}` : formatField(value)
  const place = withKey ? `${name} ${offset}` : String(offset).padStart(4)
  return `${style.faint(place)}  ${formatValue(value, width - displayWidth(place) - 2)}`
}
