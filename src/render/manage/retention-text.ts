import type { RetentionPlan, RetentionQuery } from '../../core/manage/retention.ts'
import { truncate } from '../text.ts'
import { formatElapsed, formatTime } from '../time-text.ts'
import { formatBytes } from '../value.ts'

/** What would go, and what that frees; or why nothing does. */
export function describeRetention(
  { boundary, workflows, ended, oldestAt, weight, isEstimate }: RetentionPlan,
  { keep, endedBefore, label }: RetentionQuery & { readonly label: string },
): string[] {
  const all = `${ended.toLocaleString('en')} that ended in ${label}`
  if (boundary === null)
    return [`Nothing to delete: of the ${all}, the newest ${keep.toLocaleString('en')} stay.`]
  if (workflows === 0 || oldestAt === null) {
    return [`Nothing to delete: none of the ${all} did so before ${formatTime(boundary)}.`]
  }
  const rule =
    boundary < endedBefore
      ? `the newest ${keep.toLocaleString('en')} stay, which ended since ${formatTime(boundary)}`
      : `those that ended since ${formatTime(endedBefore)} stay`
  const about = isEstimate ? 'about ' : ''
  const { steps, streamValues, messages, payloadBytes } = weight
  return [
    `${workflows.toLocaleString('en')} of the ${all} go, the oldest of ${formatTime(oldestAt)}: ${rule}.`,
    `That frees ${about}${many(steps, 'step')}, ${many(streamValues, 'stream value')}, ${many(messages, 'message')}: ${formatBytes(payloadBytes)} of payloads.`,
  ]
}

function many(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

interface Progress {
  readonly deleted: number
  readonly workflows: number
  readonly elapsedMs: number
}

/** `120,000 of 1,000,000 deleted, 2,300 a second, 6m 20s left`. */
export function retentionProgress({ deleted, workflows, elapsedMs }: Progress, columns: number): string {
  const perSecond = deleted / Math.max(1, elapsedMs / 1000)
  const left = Math.max(0, workflows - deleted)
  const time = perSecond > 0 ? `, ${formatElapsed((left / perSecond) * 1000)} left` : ''
  const done = `${deleted.toLocaleString('en')} of ${workflows.toLocaleString('en')} deleted`
  return truncate(`${done}, ${Math.round(perSecond).toLocaleString('en')} a second${time}`, columns)
}
