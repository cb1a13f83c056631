import { describeQuestion } from '../../core/decide/question-words.ts'
import type { ListedWorkflow } from '../../core/diagnosis/workflow-facts.ts'
import type { FailureGroup } from '../../core/manage/group-failures.ts'
import type { Wait } from '../../core/workflow.ts'
import { queueText } from '../manage/queue-text.ts'
import { errorSentence } from '../outcome.ts'
import type { Column } from '../table.ts'
import { shortExecutor, shortId } from '../text.ts'
import { formatElapsed } from '../time-text.ts'
import { formatField, formatValue } from '../value.ts'
import { idWidths, maxValueWidth, toIso } from './cell.ts'
import { describeState, fitState, sumOfChildren, wholeState } from './state-text.ts'
import { workflowColumns } from './workflow-columns.ts'

/** What `list` shows on a terminal: what each is, why it is where it is, and who has it. */
export const listColumns: readonly Column<ListedWorkflow>[] = [
  {
    title: 'ID',
    value: ({ workflowId }) => workflowId,
    compact: ({ workflowId }) => shortId(workflowId),
    ...idWidths,
  },
  { title: 'NAME', value: ({ name }) => name, minWidth: 12, lastWidth: 8, givesWay: true },
  {
    title: 'STATE',
    isText: true,
    value: ({ cause }) => cause.kind,
    short: wholeState,
    fit: (workflow, width, now) => fitState(describeState(workflow, now), width),
    paint: (text, workflow, style, now) => style[describeState(workflow, now).paint](text),
    minWidth: 30,
    lastWidth: 16,
  },
  {
    title: 'AGE',
    value: ({ createdAt }) => toIso(createdAt),
    short: ({ createdAt }, now) => formatElapsed(now.getTime() - createdAt.getTime()).split(' ')[0] ?? '',
    align: 'right',
    optional: 1,
  },
  {
    title: 'BY',
    value: holderOf,
    short: (workflow) =>
      workflow.executorId ? shortExecutor(holderOf(workflow)) : queueText(holderOf(workflow)),
    paint: (text, _, style) => style.faint(text),
    minWidth: 8,
    optional: 2,
  },
]

/** Its executor, or the queue on which it waits for one. */
function holderOf({ executorId, queue, status }: ListedWorkflow): string {
  const isQueued = status === 'ENQUEUED' || status === 'DELAYED'
  return (isQueued ? queue : executorId) ?? ''
}

const furtherColumns: readonly Column<ListedWorkflow>[] = [
  {
    title: 'ERROR',
    isText: true,
    value: ({ error }) => (error ? errorSentence(error) : ''),
    paint: (text, _, style) => style.bad(text),
    minWidth: 16,
  },
  {
    title: 'RESULT',
    isText: true,
    value: ({ status, output }) => (status === 'SUCCESS' ? formatField(output) : ''),
    short: ({ status, output }) => (status === 'SUCCESS' ? formatValue(output, maxValueWidth) : ''),
    minWidth: 16,
  },
  {
    title: 'WAITS',
    isText: true,
    value: ({ waits }) => waits.map(({ workflowId, step }) => `${workflowId}#${step}`).join(' '),
    short: ({ waits }) => waits.map(describeWait).join(', '),
    minWidth: 16,
  },
  { title: 'PARENT', value: ({ parentId }) => parentId ?? '', truncate: 'middle', minWidth: 12 },
  {
    title: 'CHILDREN',
    value: ({ children }) => (children ? String(children.total) : ''),
    short: ({ children }) => (children ? sumOfChildren(children) : ''),
    minWidth: 8,
  },
]

function describeWait(wait: Wait): string {
  return `#${wait.step} ${describeQuestion(wait)}`
}

const named: readonly Column<ListedWorkflow>[] = [
  ...workflowColumns,
  ...listColumns.filter(({ title }) => workflowColumns.every((column) => column.title !== title)),
  ...furtherColumns,
]

/** What `--columns` takes. */
export const listColumnNames = named.map(({ title }) => title.toLowerCase())

/** Shown whatever the width, and also where all its cells are empty. */
export function findListColumn(name: string): Column<ListedWorkflow> | undefined {
  const column = named.find(({ title }) => title.toLowerCase() === name.trim().toLowerCase())
  return column && { ...column, optional: undefined }
}

/** Which columns take more than the row of the workflow tells. */
export function needsFacts(columns: readonly Column<ListedWorkflow>[]): boolean {
  return columns.some(({ title }) => workflowColumns.every((column) => column.title !== title))
}

export const failureColumns: readonly Column<FailureGroup>[] = [
  { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
  {
    title: 'ERROR',
    isText: true,
    value: ({ value }) => value,
    paint: (text, _, style) => style.bad(text),
    minWidth: 24,
    lastWidth: 12,
  },
  { title: 'NAME', value: ({ name }) => name, minWidth: 12, lastWidth: 8 },
  {
    title: 'EXAMPLE',
    value: ({ example }) => example,
    compact: ({ example }) => shortId(example),
    truncate: 'middle',
    minWidth: 12,
    optional: 1,
  },
]
