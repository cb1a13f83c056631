import { describeQuestion } from '../../core/decide/question-words.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { Viewport } from '../gutter.ts'
import type { Style } from '../style.ts'
import { renderTable } from '../table.ts'
import { counted, escapeName, truncate } from '../text.ts'
import { formatCountdown } from '../time-text.ts'
import { type WaitRow, waitColumns } from './wait-columns.ts'

interface ShownInbox {
  readonly waits: readonly WaitRow[]
  readonly total: number
}

/** The whole inbox on one screen: how many wait, then the oldest of them. */
export function inboxView(
  { waits, total }: ShownInbox,
  database: string,
  frame: Viewport,
  height: number,
): string[] {
  const { style, width } = frame
  const title = truncate(escapeName(`${countOf(total)} in ${database}`), width)
  if (waits.length === 0) return [style.faint(title)]
  const rows = Math.max(1, height - 4)
  const hidden = total - Math.min(rows, waits.length)
  const fold = hidden > 0 ? [style.faint(truncate(`… ${hidden} more, newer`, width))] : []
  return [style.strong(title), '', ...renderTable(waitColumns, waits.slice(0, rows), frame), ...fold]
}

function countOf(total: number): string {
  if (total === 0) return 'Nothing waits for an answer'
  return counted(total, 'wait')
}

/** For a log: `+` came, `-` is gone. */
export function waitLine(wait: WaitRow, sign: '+' | '-', style: Style, now: Date): string {
  const { name, until } = wait
  const text = escapeName(`${waitId(wait)}  ${name}`)
  if (sign === '-') return style.faint(`${sign} ${text}`)
  const left = until ? `  ${formatCountdown(until, now)}` : ''
  return `${style.accent(sign)} ${text}  ${describeQuestion(wait)}${style.faint(left)}`
}
