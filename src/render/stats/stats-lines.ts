import { perSecond, type Stats, type StatsRequest } from '../../core/metrics/workflow-stats.ts'
import { type CommandOptions, command, type Phrase, phrase } from '../../core/words/command-line.ts'
import { renderSparkline } from '../sparkline.ts'
import { paintStatus, type Style, statusText } from '../style.ts'
import { counted, escapeName, pad, truncate, truncateMiddle, wrap } from '../text.ts'
import { formatDuration, formatElapsed } from '../time-text.ts'

/** What the whole time was: two lines of figures, and a bar for each part of it. */
export function statsLines(
  stats: Stats,
  range: StatsRequest,
  style: Style,
  width: number,
): readonly string[] {
  const { ended, steps, waitMs, durationMs, endedOverTime } = stats
  const span = formatElapsed(range.until.getTime() - range.since.getTime())
  const rate = (count: number) => `${toRate(perSecond(count, range))}/s`
  const figures = [
    `${counted(ended, 'workflow')} ended in ${span} (${rate(ended)}), with ${counted(steps, 'step')} (${rate(steps)})`,
    ...(durationMs ? [`took ${pair(durationMs)}`] : []),
    ...(waitMs ? [`waited ${pair(waitMs)}`] : []),
  ]
  return [
    ...figures.flatMap((line) => wrap(line, width, 2)),
    style.faint(truncate(renderSparkline(endedOverTime), width)),
  ]
}

function pair({ p50, p95 }: { readonly p50: number; readonly p95: number }): string {
  return `${formatDuration(p50)} (half of them), ${formatDuration(p95)} (95 of 100)`
}

function toRate(number: number): string {
  return number >= 100 ? String(Math.round(number)) : String(Number(number.toPrecision(2)))
}

const idCells = 36
const stateCells = 11

export function slowestLines({ slowest }: Stats, style: Style, width: number): readonly string[] {
  return [
    style.faint('SLOWEST'),
    ...slowest.map(({ workflowId, name, status, durationMs }) => {
      const took = formatDuration(durationMs).padStart(8)
      const state = statusText(status)
      const room = Math.max(4, width - took.length - Math.max(stateCells, state.length) - 4)
      const id = truncateMiddle(escapeName(workflowId), Math.min(idCells, room))
      const rest = truncate(escapeName(name), Math.max(0, room - id.length - 2))
      return `${took}  ${paintStatus(pad(state, stateCells), status, style)}  ${id}${rest === '' ? '' : `  ${style.faint(rest)}`}`
    }),
  ]
}

/** `checkout failed most, 12 of 40: drover list --name checkout --status failed …`; none where none did. */
export function failingLine(
  { names }: Stats,
  { since, until }: { readonly since: string; readonly until?: string },
): readonly Phrase[] {
  const [worst] = names.filter(({ failed }) => failed > 0).toSorted((a, b) => b.failed - a.failed)
  if (!worst) return []
  const options: CommandOptions = {
    ...{ '--name': worst.name, '--status': 'failed' },
    ...{ '--ended-since': since, '--ended-until': until },
  }
  return [
    phrase`${worst.name} failed most, ${worst.failed} of ${worst.ended}: ${command('list', [], options)}`,
  ]
}
