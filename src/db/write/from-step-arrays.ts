import { internalQueue } from '../../core/dbos-names.ts'
import type { ManageTarget } from '../../core/manage/manage.ts'

/** What the statements join: a row for each target, in arrays from `$1` on. */
export const fromStepColumns = `unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[])
  as cut(workflow, copy, from_step, queue, version)`

export function toFromStepArrays(targets: readonly ManageTarget[]): unknown[][] {
  return [
    targets.map(({ workflowId }) => workflowId),
    targets.map(({ newWorkflowId }) => newWorkflowId ?? null),
    targets.map(({ fromStep }) => fromStep ?? 0),
    targets.map(({ queue }) => queue ?? internalQueue),
    targets.map(({ version }) => version ?? null),
  ]
}
