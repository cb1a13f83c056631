import { stringifyExact } from '../../core/words/exact-number.ts'
import {
  describeError,
  isEnded,
  isUndecoded,
  type JsonValue,
  type WorkflowStatus,
} from '../../core/workflow.ts'
import { formatAge, formatCountdown, formatTime } from '../../render/time-text.ts'
import { type Markup, markup } from './markup.ts'

/** A moment in UTC, which the script of the page tells in the time of whoever looks. */
export function time(date: Date): Markup {
  return markup`<time datetime="${date.toISOString()}">${formatTime(date)}</time>`
}

/** The same with how long ago it was. */
export function moment(date: Date, now: Date): Markup {
  return markup`${time(date)} <span class="faint">(${formatAge(date, now)})</span>`
}

/** A moment to come, with what is left until then. */
export function deadline(date: Date, now: Date): Markup {
  return markup`${time(date)} <span class="faint">(${formatCountdown(date, now)})</span>`
}

const longestValue = 2000
const longestLine = 60

/** A value: text as it is, all else as JSON; what is long is cut, and says so. */
export function showValue(value: JsonValue): Markup {
  const text = typeof value === 'string' ? value : stringifyShort(value)
  if (isUndecoded(value)) return markup`<span class="faint">not readable here (${value.$undecoded})</span>`
  if (text.length <= longestValue) return text.includes('\n') ? markup`<pre>${text}</pre>` : markup`${text}`
  return markup`<pre>${text.slice(0, longestValue)}</pre><span class="faint">cut: ${text.length} characters</span>`
}

/** In one line where it is short. */
function stringifyShort(value: JsonValue): string {
  const line = stringifyExact(value)
  return line.length <= longestLine ? line : stringifyExact(value, 2)
}

/** Rows of a name and what it is; those without a value are left out. `label` is for who does not see where it stands. */
export function facts(
  label: string,
  rows: readonly (readonly [name: string, value: Markup | string | undefined])[],
): Markup {
  const shown = rows.filter(([, value]) => value !== undefined)
  if (shown.length === 0) return markup``
  return markup`<table aria-label="${label}">${shown.map(([name, value]) => markup`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</table>`
}

const toneByStatus: Readonly<Record<string, string>> = { SUCCESS: 'good', ERROR: 'bad', CANCELLED: 'warn' }

export function showStatus(status: WorkflowStatus): Markup {
  const tone = toneByStatus[status] ?? (isEnded(status) ? 'bad' : '')
  return markup`<span class="${tone}" data-news>${!isEnded(status) && markup`<span aria-hidden="true">● </span>`}${status}</span>`
}

export function showError(error: Parameters<typeof describeError>[0] | null): Markup | undefined {
  return error ? markup`<span class="bad">${describeError(error)}</span>` : undefined
}

export function workflowPath(workflowId: string): string {
  return `/workflows/${encodeURIComponent(workflowId)}`
}

export function waitPath(waitId: string): string {
  return `/waits/${encodeURIComponent(waitId)}`
}
