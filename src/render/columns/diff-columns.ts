import type { StepPair } from '../../core/diagnosis/compare-steps.ts'
import type { Step } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import type { Column } from '../table.ts'
import { escapeName } from '../text.ts'
import { formatField, formatValue } from '../value.ts'

const markByDifference = { same: '=', result: '≠', name: '≠', 'only-left': '<', 'only-right': '>' } as const
const maxValueWidth = 200

/** The steps of two runs beside each other. */
export const diffColumns: readonly Column<StepPair>[] = [
  { title: 'STEP', value: ({ step }) => String(step), align: 'right' },
  {
    title: '',
    value: ({ difference }) => difference,
    short: ({ difference }) => markByDifference[difference],
    paint: (text, { difference }, style) => (difference === 'same' ? style.faint(text) : style.warning(text)),
  },
  sideColumn('LEFT', ({ left }) => left),
  sideColumn('RIGHT', ({ right }) => right),
]

function sideColumn(title: string, sideOf: (pair: StepPair) => Step | null): Column<StepPair> {
  return {
    title,
    isText: true,
    value: (pair) => describeStep(sideOf(pair), formatField),
    short: (pair) => describeStep(sideOf(pair), (value) => formatValue(value, maxValueWidth)),
    paint: (text, pair, style) => {
      if (sideOf(pair)?.error) return style.bad(text)
      return pair.difference === 'same' ? style.faint(text) : text
    },
    minWidth: 12,
  }
}

function describeStep(step: Step | null, format: (value: Step['output']) => string): string {
  if (!step) return ''
  if (step.error) return `${escapeName(step.name)}: ✗ ${errorSentence(step.error)}`
  return step.output === null ? escapeName(step.name) : `${escapeName(step.name)}: ${format(step.output)}`
}
