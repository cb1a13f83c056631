import { dbosStep } from '../../core/dbos-names.ts'
import type { Step } from '../../core/workflow.ts'
import { decodeError, decodeValue } from './decode.ts'
import { defineTable, type Picked, pick } from './define-table.ts'
import { toDate, toFilledText, toText } from './rows.ts'

/** A row for each step, written when it ends; a sleep and the timeout of `recv` when they begin. */
export const operationOutputs = defineTable(
  'operation_outputs',
  {
    workflowId: 'workflow_uuid',
    step: 'function_id',
    name: 'function_name',
    output: 'output',
    error: 'error',
    serialization: 'serialization',
    childId: 'child_workflow_id',
    startedAt: 'started_at_epoch_ms',
    completedAt: 'completed_at_epoch_ms',
  },
  { application: 'application_name', retention: 'retention_timestamp' },
)

type StepRow = Picked<
  'step' | 'name' | 'childId' | 'startedAt' | 'completedAt' | 'output' | 'error' | 'serialization'
>

/**
 * Without payloads only what tells where a workflow stands. DBOS writes a sleep when it begins, with the end that it will
 * have: until then it has not completed.
 */
export function stepColumns(
  o: ReturnType<typeof operationOutputs.in>,
  options: { readonly payloads: boolean } = { payloads: true },
): string {
  const payloads = options.payloads
    ? pick(o, ['output', 'error', 'serialization'])
    : 'null as output, null as error, null as serialization'
  return `${pick(o, ['step', 'name', 'childId', 'startedAt'])}, ${payloads},
    case when ${o.name} <> '${dbosStep.sleep}' or ${o.completedAt} <= extract(epoch from clock_timestamp()) * 1000
      then ${o.completedAt} end as "completedAt"`
}

/** A step of an anonymous function; nothing on a screen would look like a mistake. */
const unnamed = '(unnamed)'

export function toStep(row: StepRow): Step {
  const serialization = toText(row.serialization)
  return {
    step: Number(row.step),
    name: toFilledText(row.name) ?? unnamed,
    startedAt: toDate(row.startedAt),
    completedAt: toDate(row.completedAt),
    output: decodeValue(toText(row.output), serialization),
    error: decodeError(toText(row.error), serialization),
    childId: toText(row.childId),
  }
}
