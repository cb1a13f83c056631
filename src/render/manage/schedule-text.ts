import type { Schedule } from '../../core/platform.ts'
import type { ListedSchedule } from '../../core/run/list-schedules.ts'
import type { PlannedRun } from '../../core/run/plan-backfill.ts'
import { command, type Phrase, phrase } from '../../core/words/command-line.ts'
import { counted } from '../text.ts'

/** `nightly missed 14 runs since …: drover schedules backfill nightly --since …`; none where nothing was missed. */
export function describeMissed({ name, missed }: ListedSchedule): readonly Phrase[] {
  if (!missed) return []
  const since = toSecond(missed.since)
  const backfill = command('schedules backfill', [name], { '--since': since })
  return [phrase`${name} missed ${countRuns(missed.count, missed.isMore)} since ${since}: ${backfill}`]
}

/** When a schedule comes next, as it was just written. */
export function describeNext({ status, nextAt: [next], name }: Schedule): readonly Phrase[] {
  if (status === 'PAUSED')
    return [phrase`It is paused, and starts nothing: ${command('schedules resume', [name])}`]
  if (!next) return ['It never comes.']
  return [phrase`It comes next at ${toSecond(next)}: ${command('schedules next', [name])}`]
}

/** What a backfill is about to start, and what it leaves alone. */
export function describeBackfill(
  { name, workflow }: Schedule,
  runs: readonly PlannedRun[],
): readonly string[] {
  const missing = runs.filter(({ isThere }) => !isThere)
  const [first] = missing
  const last = missing.at(-1)
  if (!first || !last) return []
  const span =
    missing.length === 1 ? `at ${toSecond(first.at)}` : `from ${toSecond(first.at)} to ${toSecond(last.at)}`
  const there = runs.length - missing.length
  return [
    `${name} starts ${countRuns(missing.length, false)} of ${workflow} ${span}.`,
    ...(there > 0
      ? [`${countRuns(there, false)} ${there === 1 ? 'is' : 'are'} there already, and left alone.`]
      : []),
  ]
}

export function countRuns(count: number, isMore: boolean): string {
  return isMore ? `${count} runs or more` : counted(count, 'run')
}

/** `2026-11-20T04:12:06Z`: schedules know no milliseconds, and this is a time that flags take. */
export function toSecond(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z')
}
