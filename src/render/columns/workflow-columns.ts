import { isDbosStep } from '../../core/dbos-names.ts'
import type { CountableField, FieldCount } from '../../core/manage/manage.ts'
import type { Message, Step, StreamSummary, WorkflowEvent, WorkflowSummary } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import { paintStatus, type Style, statusText } from '../style.ts'
import type { Column } from '../table.ts'
import { shortExecutor, shortId } from '../text.ts'
import { formatAge, formatClock, formatDuration } from '../time-text.ts'
import { formatField, formatValue } from '../value.ts'

/** More of a value than any terminal shows on a line. */
const maxValueWidth = 400

const faint = (text: string, _row: unknown, style: Style) => style.faint(text)

export const workflowColumns: readonly Column<WorkflowSummary>[] = [
  { title: 'ID', value: ({ workflowId }) => workflowId, compact: ({ workflowId }) => shortId(workflowId) },
  { title: 'NAME', value: ({ name }) => name, minWidth: 14 },
  {
    title: 'STATUS',
    value: ({ status }) => status,
    short: ({ status }) => statusText(status),
    paint: (text, { status }, style) => paintStatus(text, status, style),
    minWidth: 10,
  },
  {
    title: 'CREATED',
    value: ({ createdAt }) => createdAt.toISOString(),
    short: ({ createdAt }, now) => formatAge(createdAt, now),
    align: 'right',
  },
  {
    title: 'TOOK',
    value: ({ createdAt, completedAt }) => msBetween(createdAt, completedAt),
    short: ({ createdAt, completedAt }) => between(createdAt, completedAt),
    align: 'right',
    optional: 1,
  },
  { title: 'QUEUE', value: ({ queue }) => queue ?? '', paint: faint, minWidth: 12, optional: 3 },
  {
    title: 'EXECUTOR',
    value: ({ executorId }) => executorId ?? '',
    short: ({ executorId }) => shortExecutor(executorId ?? ''),
    paint: faint,
    minWidth: 15,
    optional: 2,
  },
  {
    title: 'APPLICATION',
    value: ({ application }) => application ?? '',
    paint: faint,
    minWidth: 12,
    optional: 4,
  },
  { title: 'VERSION', value: ({ version }) => version ?? '', paint: faint, minWidth: 8, optional: 5 },
]

/** How many workflows have each value of a field. */
export function countColumns(field: CountableField): readonly Column<FieldCount>[] {
  return [
    { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
    {
      title: field.toUpperCase(),
      value: ({ value }) => value ?? '',
      short: ({ value }) => (value === null ? '(none)' : value),
      minWidth: 8,
    },
  ]
}

export const stepColumns: readonly Column<Step>[] = [
  { title: 'STEP', value: ({ step }) => String(step), align: 'right' },
  {
    title: 'NAME',
    value: ({ name }) => name,
    paint: (text, { name }, style) => (isDbosStep(name) ? style.faint(text) : text),
    minWidth: 12,
  },
  {
    title: 'STARTED',
    value: ({ startedAt }) => toIso(startedAt),
    short: ({ startedAt }) => (startedAt ? formatClock(startedAt) : ''),
    paint: faint,
    optional: 2,
  },
  {
    title: 'TOOK',
    value: ({ startedAt, completedAt }) => msBetween(startedAt, completedAt),
    short: ({ startedAt, completedAt }) => between(startedAt, completedAt),
    align: 'right',
  },
  {
    title: 'RESULT',
    isText: true,
    value: ({ output, error }) => (error ? errorSentence(error) : output === null ? '' : formatField(output)),
    short: ({ output, error }) =>
      error ? `✗ ${errorSentence(error)}` : output === null ? '' : formatValue(output, maxValueWidth),
    paint: (text, { error }, style) => (error ? style.bad(text) : text),
    minWidth: 8,
  },
  { title: 'CHILD', value: ({ childId }) => childId ?? '', paint: faint, minWidth: 10, optional: 1 },
]

export const eventColumns: readonly Column<WorkflowEvent>[] = [
  { title: 'EVENT', value: ({ key }) => key, minWidth: 8 },
  {
    title: 'VALUE',
    isText: true,
    value: ({ value }) => formatField(value),
    short: ({ value }) => formatValue(value, maxValueWidth),
    minWidth: 12,
  },
  {
    title: 'PUBLISHED',
    value: ({ at }) => toIso(at),
    short: ({ at }, now) => (at ? formatAge(at, now) : ''),
    paint: faint,
    align: 'right',
    optional: 1,
  },
]

export const messageColumns: readonly Column<Message>[] = [
  { title: 'TOPIC', value: ({ topic }) => topic ?? '', minWidth: 8 },
  {
    title: 'MESSAGE',
    isText: true,
    value: ({ message }) => formatField(message),
    short: ({ message }) => formatValue(message, maxValueWidth),
    minWidth: 12,
  },
  {
    title: 'SENT',
    value: ({ sentAt }) => sentAt.toISOString(),
    short: ({ sentAt }, now) => formatAge(sentAt, now),
    paint: faint,
    align: 'right',
    optional: 1,
  },
  {
    title: 'READ',
    value: readBy,
    paint: (text, { read }, style) => (read ? style.faint(text) : style.warning(text)),
  },
]

export const streamColumns: readonly Column<StreamSummary>[] = [
  { title: 'STREAM', value: ({ key }) => key, minWidth: 8 },
  { title: 'VALUES', value: ({ count }) => String(count), align: 'right' },
  { title: 'STATE', value: ({ closed }) => (closed ? 'closed' : 'open'), paint: faint },
]

function readBy({ read, readByStep }: Message): string {
  if (!read) return 'unread'
  return readByStep === null ? 'read' : `by step ${readByStep}`
}

function toIso(date: Date | null): string {
  return date?.toISOString() ?? ''
}

function between(start: Date | null, end: Date | null): string {
  return start && end ? formatDuration(end.getTime() - start.getTime()) : ''
}

/** To the millisecond, as a duration that drover reads. */
function msBetween(start: Date | null, end: Date | null): string {
  return start && end ? `${end.getTime() - start.getTime()}ms` : ''
}
