import { isDbosStep } from '../../core/dbos-names.ts'
import type { Step } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import type { Column } from '../table.ts'
import { formatClock } from '../time-text.ts'
import { formatField, formatValue } from '../value.ts'
import { between, faint, maxValueWidth, msBetween, toIso } from './cell.ts'

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
