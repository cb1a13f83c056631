import type { BulkRow, PlannedTarget } from '../../core/manage/ledger.ts'
import type {
  BulkVerb,
  ManageResult,
  ManageTarget,
  ManageVerb,
  WorkflowState,
} from '../../core/manage/manage.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import type { CommandOptions } from '../../core/words/command-line.ts'
import { dateOfMs } from '../../core/words/far-date.ts'
import type { BulkFlags } from './bulk-options.ts'

/** What is special about this verb and this command line. */
export type BulkRequest = CommonRequest &
  (
    | { readonly verb: ManageVerb }
    | {
        readonly verb: 'send'
        /** One result for each target; the same again changes nothing more. */
        readonly change: ChangeTargets
      }
  )

export type ChangeTargets = (targets: readonly PlannedTarget[]) => Promise<readonly ManageResult[]>

interface CommonRequest {
  /** Ids as they were typed. */
  readonly typed: readonly string[]
  readonly filter: WorkflowFilter | undefined
  readonly flags: BulkFlags
  /** Options that change what is done, as they are typed: a ledger goes on only with the same. */
  readonly options?: CommandOptions
  /** The same of a word that stands after the ids. */
  readonly word?: string
  /** What it takes to change each of these, or why it cannot be. */
  readonly prepare?: (
    states: readonly WorkflowState[],
  ) => Promise<(state: WorkflowState) => Promise<Prepared>>
  /** More to change, which came to light while these were; also where these had changed before. */
  readonly expand?: (workflowIds: readonly string[]) => Promise<readonly string[]>
  /** Of what `expand` brings to light also that to which nothing can be done has an outcome. */
  readonly tellsWhatIsLeft?: boolean
  /** What it means to do this to all of them, told before anything is done. */
  readonly explain?: (workflowIds: readonly string[]) => Promise<string>
  /** Ask although ids were given: what is done cannot be undone. */
  readonly alwaysAsk?: boolean
  /** What becomes of each is told on stderr alone. */
  readonly isQuiet?: boolean
}

export type Prepared = Omit<ManageTarget, 'workflowId' | 'status'> | { readonly obstacle: string } | undefined

/** What is done to this one, beyond the verb: `from step 3`, `priority 1`. */
export function detailOf(
  verb: BulkVerb,
  { fromStep, priority, delayUntilMs, queue }: ManageTarget,
): string | null {
  if (fromStep !== undefined) return `from step ${fromStep}`
  if (priority !== undefined) return `priority ${priority}`
  if (delayUntilMs !== undefined) return `until ${dateOfMs(delayUntilMs).toISOString()}`
  return verb === 'requeue' && queue !== undefined ? `to queue ${queue}` : null
}

export function toRow(workflowId: string, row: Partial<BulkRow> & Pick<BulkRow, 'outcome'>): BulkRow {
  return { workflowId, before: null, after: null, reason: null, newWorkflowId: null, ...row }
}

export function toDryRow(verb: BulkVerb, target: PlannedTarget): BulkRow {
  const { workflowId, status } = target
  return toRow(workflowId, {
    outcome: 'would-change',
    before: status,
    after: status,
    reason: detailOf(verb, target),
  })
}
