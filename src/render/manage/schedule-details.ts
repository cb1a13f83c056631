import type { EndedPause, ScheduleReport, ScheduleRun } from '../../core/run/report-schedule.ts'
import { qualifiedName } from '../../core/run/workflow-name.ts'
import { command } from '../../core/words/command-line.ts'
import { faint } from '../columns/cell.ts'
import { labelledCommand } from '../command-lines.ts'
import type { Viewport } from '../gutter.ts'
import { paintStatus, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { escapeName, truncate, wrap } from '../text.ts'
import { formatAge, formatDuration } from '../time-text.ts'
import { formatValue } from '../value.ts'
import { factLines, keyWidth, tableSection } from './fact-lines.ts'
import { scheduleTimeColumns } from './schedule-columns.ts'
import { countRuns, toSecond } from './schedule-text.ts'

const maxValueLines = 6

const runColumns: readonly Column<ScheduleRun>[] = [
  { title: 'TIME', value: ({ at }) => toSecond(at) },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    short: ({ status }) => statusText(status),
    paint: (text, { status }, style) => paintStatus(text, status, style),
  },
  {
    title: 'AT',
    value: ({ at }) => at.toISOString(),
    short: ({ at }, now) => formatAge(at, now),
    align: 'right',
    optional: 2,
  },
  { title: 'ID', value: ({ workflowId }) => workflowId, paint: faint, optional: 1 },
]

const pauseColumns: readonly Column<EndedPause>[] = [
  {
    title: 'PAUSED',
    value: ({ since }) => since.toISOString(),
    short: ({ since }, now) => formatAge(since, now),
  },
  {
    title: 'FOR',
    value: ({ since, until }) => formatDuration(until.getTime() - since.getTime()),
    align: 'right',
  },
  {
    title: 'MISSED',
    value: ({ missed }) => (missed ? `${missed.count}${missed.isMore ? '+' : ''}` : ''),
    paint: (text, _row, style) => style.warning(text),
    align: 'right',
  },
]

/** One schedule for a person: what it is, what it missed, when it comes, and what became of its last runs. */
export function renderSchedule(report: ScheduleReport, frame: Viewport): string[] {
  const { style, width } = frame
  const { name, status, timezone, nextAt, runs } = report
  const pauses = report.pauses ?? []
  const title = style.strong(truncate(escapeName(name), Math.max(1, width - status.length - 4)))
  const paint = status === 'ACTIVE' ? style.good : style.warning
  const times = nextAt.map((at) => ({ at, timezone }))
  return [
    `${paint(status === 'ACTIVE' ? '● ACTIVE' : '‖ PAUSED')}  ${title}`,
    ...facts(report, frame).flatMap(([key, lines]) => factLines(key, lines, frame)),
    ...missedLines(report, frame),
    ...tableSection(
      timezone === null ? 'next, by the clock of this machine' : 'next',
      scheduleTimeColumns,
      times,
      frame,
    ),
    ...tableSection('last runs', runColumns, runs, frame),
    ...tableSection('pauses that ended', pauseColumns, pauses, frame),
    ...pauses.flatMap((pause) => pauseLines(name, pause, frame)),
    ...(report.pauses === null ? unknownPauses(frame) : []),
  ]
}

/** What is not known is not mentioned. */
function facts(report: ScheduleReport, { width }: Viewport): [string, readonly string[]][] {
  const room = Math.max(1, width - keyWidth)
  const wrapped = (text: string) => wrap(text, room, maxValueLines)
  const plain = (text: string | null) => (text === null || text === '' ? [] : wrapped(escapeName(text)))
  const { className, workflow, cron, timezone, application, queue, context, lastFiredAt } = report
  return [
    ['workflow', plain(qualifiedName(className, workflow))],
    ['cron', plain(cron)],
    ['time zone', timezone === null ? ['of each executor'] : plain(timezone)],
    [
      'context',
      context === undefined || context === null ? [] : wrapped(formatValue(context, room * maxValueLines)),
    ],
    ['queue', plain(queue)],
    ['application', plain(application)],
    ['backfill', [report.automaticBackfill ? 'by executors' : 'by hand']],
    ['last fired', lastFiredAt ? plain(toSecond(lastFiredAt)) : []],
  ]
}

function missedLines({ name, missed }: ScheduleReport, frame: Viewport): string[] {
  if (!missed) return []
  const since = toSecond(missed.since)
  const what = `missed ${countRuns(missed.count, missed.isMore)} since ${since}`
  const backfill = command('schedules backfill', [name], { '--since': since })
  return ['', ...labelledCommand(what, backfill, frame, frame.width)]
}

function pauseLines(name: string, { missed, until }: EndedPause, frame: Viewport): string[] {
  if (!missed) return []
  const what = `${countRuns(missed.count, missed.isMore)} of a pause`
  const backfill = command('schedules backfill', [name], {
    '--since': toSecond(missed.since),
    '--until': toSecond(until),
  })
  return labelledCommand(what, backfill, frame, frame.width)
}

function unknownPauses(frame: Viewport): string[] {
  const what = 'What a pause missed that has ended is known from a record of actions'
  return ['', ...labelledCommand(what, command('audit init'), frame, frame.width)]
}
