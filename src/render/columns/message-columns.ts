import type { Message } from '../../core/workflow.ts'
import type { Column } from '../table.ts'
import { formatAge } from '../time-text.ts'
import { formatField, formatValue } from '../value.ts'
import { faint, maxValueWidth, toIso } from './cell.ts'

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
    value: ({ sentAt }) => toIso(sentAt),
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

function readBy({ read, readByStep }: Message): string {
  if (!read) return 'unread'
  return readByStep === null ? 'read' : `by step ${readByStep}`
}
