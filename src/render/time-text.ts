import { isoTime } from '../core/words/far-date.ts'
import { isEnded, type WorkflowSummary } from '../core/workflow.ts'

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** `340ms`, `1.2s`, `2m 05s`, `3h 12m`, `4d`. Rounds down, so that it never shows what has not passed. */
export function formatDuration(ms: number): string {
  const positive = Math.max(0, Math.floor(ms))
  if (positive < secondMs) return `${positive}ms`
  if (positive < minuteMs) return `${(Math.floor(positive / 100) / 10).toFixed(1)}s`
  return formatElapsed(positive)
}

/** The same in whole seconds: calm enough to be looked at while it counts. */
export function formatElapsed(ms: number): string {
  const positive = Math.max(0, ms)
  if (positive < minuteMs) return `${Math.floor(positive / secondMs)}s`
  if (positive < hourMs) return inTwo(positive, minuteMs, 'm', secondMs, 's')
  if (positive < dayMs) return inTwo(positive, hourMs, 'h', minuteMs, 'm')
  return `${Math.floor(positive / dayMs)}d`
}

function inTwo(ms: number, bigMs: number, big: string, smallMs: number, small: string): string {
  const rest = Math.floor((ms % bigMs) / smallMs)
  return `${Math.floor(ms / bigMs)}${big} ${String(rest).padStart(2, '0')}${small}`
}

/** How long a workflow took, or has been going on. */
export function elapsedOf({ status, createdAt, completedAt }: WorkflowSummary, now: Date): string {
  return isEnded(status)
    ? formatDuration((completedAt ?? now).getTime() - createdAt.getTime())
    : formatElapsed(now.getTime() - createdAt.getTime())
}

/** How long ago, in one unit: `now`, `12s ago`, `3h ago`. A clock that runs behind the database's gives `now`. */
export function formatAge(date: Date, now: Date): string {
  const ms = now.getTime() - date.getTime()
  return ms < secondMs ? 'now' : `${formatElapsed(ms).split(' ')[0]} ago`
}

/** `48s left`, or `overdue by 3s`. */
export function formatCountdown(until: Date, now: Date): string {
  const ms = until.getTime() - now.getTime()
  return ms >= 0 ? `${formatElapsed(ms)} left` : `overdue by ${formatElapsed(-ms)}`
}

/** `2026-11-20 04:12:06Z`. */
export function formatTime(date: Date): string {
  return isoTime(date)
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}

/** `04:12:06.123Z`, for a line of a log. */
export function formatClock(date: Date): string {
  const text = isoTime(date)
  return text.slice(text.indexOf('T') + 1)
}
