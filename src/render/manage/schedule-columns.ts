import type { Schedule } from '../../core/platform.ts'
import type { ListedSchedule } from '../../core/run/list-schedules.ts'
import type { PlannedRun } from '../../core/run/plan-backfill.ts'
import { faint } from '../columns/cell.ts'
import type { Column } from '../table.ts'
import { formatAge, formatElapsed } from '../time-text.ts'
import { toSecond } from './schedule-text.ts'

export const scheduleColumns: readonly Column<ListedSchedule>[] = [
  { title: 'SCHEDULE', value: ({ name }) => name, minWidth: 10 },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    short: ({ status }) => (status === 'ACTIVE' ? '● ACTIVE' : '‖ PAUSED'),
    paint: (text, { status }, style) => (status === 'ACTIVE' ? style.good(text) : style.warning(text)),
  },
  { title: 'CRON', value: ({ cron }) => cron },
  {
    title: 'NEXT',
    value: ({ nextAt }) => nextAt[0]?.toISOString() ?? '',
    short: ({ nextAt: [next] }, now) =>
      next ? `in ${formatElapsed(Math.max(0, next.getTime() - now.getTime()))}` : '',
  },
  {
    title: 'MISSED',
    value: ({ missed }) => (missed === null ? '' : String(missed.count)),
    short: ({ missed }) => (missed === null ? '' : `${missed.count}${missed.isMore ? '+' : ''}`),
    paint: (text, _row, style) => style.warning(text),
    align: 'right',
    optional: 1,
  },
  { title: 'WORKFLOW', value: ({ workflow }) => workflow, minWidth: 10, optional: 1 },
  {
    title: 'LAST',
    value: ({ lastFiredAt }) => lastFiredAt?.toISOString() ?? '',
    short: ({ lastFiredAt }, now) => (lastFiredAt ? formatAge(lastFiredAt, now) : ''),
    align: 'right',
    optional: 2,
  },
  { title: 'ZONE', value: ({ timezone }) => timezone ?? '', paint: faint, optional: 3 },
  { title: 'QUEUE', value: ({ queue }) => queue ?? '', paint: faint, optional: 4 },
  { title: 'APPLICATION', value: ({ application }) => application ?? '', paint: faint, optional: 5 },
]

interface ScheduleTime extends Pick<Schedule, 'timezone'> {
  readonly at: Date
}

export const scheduleTimeColumns: readonly Column<ScheduleTime>[] = [
  { title: 'TIME', value: localText },
  {
    title: 'AT',
    value: ({ at }) => at.toISOString(),
    short: ({ at }, now) => `in ${formatElapsed(Math.max(0, at.getTime() - now.getTime()))}`,
    optional: 1,
  },
]

export function toScheduleTimeJson(time: ScheduleTime): object {
  const { at, timezone } = time
  return { at, timezone, local: localText(time) }
}

/** `Sun 2026-03-29 03:30:00 GMT+2`, in the time zone of the schedule; without one in that of this machine. */
function localText({ at, timezone }: ScheduleTime): string {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'shortOffset',
    },
    ...(timezone !== null && { timeZone: timezone }),
  })
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  const date = `${of('year')}-${of('month')}-${of('day')}`
  return `${of('weekday').replace('.', '')} ${date} ${of('hour')}:${of('minute')}:${of('second')} ${of('timeZoneName')}`
}

export interface BackfilledRun extends PlannedRun {
  /** `left`: it was interrupted before. */
  readonly outcome: 'existing' | 'started' | 'would-start' | 'left'
}

export const backfillColumns: readonly Column<BackfilledRun>[] = [
  // It ends with the time: where there is no room for it the time alone stays.
  { title: 'ID', value: ({ workflowId }) => workflowId, optional: 1 },
  {
    title: 'OUTCOME',
    value: ({ outcome }) => outcome,
    paint: (text, { outcome }, style) => (outcome === 'started' ? style.good(text) : style.faint(text)),
  },
  {
    title: 'AT',
    value: ({ at }) => at.toISOString(),
    short: ({ at }) => toSecond(at),
  },
]

export function toBackfilledJson({ workflowId, at, outcome }: BackfilledRun): object {
  return { workflowId, at, outcome }
}
