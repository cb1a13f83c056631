import { CliError } from '../errors.ts'
import { asText, command, phrase, renderCommand } from '../words/command-line.ts'
import type { WorkflowStatus } from '../workflow.ts'
import type { BulkVerb, ManageTarget } from './manage.ts'

export type BulkOutcome = 'changed' | 'no-op' | 'not-found' | 'failed' | 'would-change'

/** What became of one workflow of many. */
export interface BulkRow {
  readonly workflowId: string
  readonly outcome: BulkOutcome
  /** Its status before, and after; null where there is none. */
  readonly before: WorkflowStatus | null
  readonly after: WorkflowStatus | null
  readonly reason: string | null
  /** The copy that `fork` made. */
  readonly newWorkflowId: string | null
}

/** A target with what tells later whether it was changed since. */
export interface PlannedTarget extends ManageTarget {
  readonly updatedAt: string
}

/** What one run intends, word for word: a ledger goes on only with the same. */
export interface LedgerHead {
  readonly verb: BulkVerb
  readonly database: string
  /** The ids and options that matter to what is done, as they are typed. */
  readonly request: string
}

export type LedgerLine =
  | { readonly type: 'begin'; readonly head: LedgerHead }
  /** All that shall be done, written before anything is. */
  | {
      readonly type: 'plan'
      readonly targets: readonly PlannedTarget[]
      readonly settled: readonly BulkRow[]
    }
  /** About to be done, by number in the plan. */
  | { readonly type: 'intent'; readonly from: number; readonly count: number }
  | { readonly type: 'done'; readonly rows: readonly BulkRow[] }

/** What a ledger says of an earlier run. */
export interface LedgerState {
  readonly head: LedgerHead
  /** Undefined when it was interrupted before its plan was complete: nothing was done. */
  readonly plan:
    | { readonly targets: readonly PlannedTarget[]; readonly settled: readonly BulkRow[] }
    | undefined
  readonly done: readonly BulkRow[]
  /** Targets that it had begun with and did not confirm: they may be done or not. */
  readonly inDoubt: ReadonlySet<string>
}

/** Throws `ledger-unusable` when the ledger is of another command, or of another database. */
export function requireSameRun(ledger: LedgerHead, head: LedgerHead, file: string): void {
  if (ledger.verb === head.verb && ledger.database === head.database && ledger.request === head.request)
    return
  // So many ids that only their number is written down.
  const isCounted = ledger.request.startsWith('- (')
  throw new CliError(
    'ledger-unusable',
    `${file} is the ledger of another run in ${ledger.database}${isCounted ? `: ${renderCommand(command(ledger.verb))} ${ledger.request}` : ''}.`,
    {
      hint: isCounted
        ? 'give it the same ids again to go on with it, or name another file with --ledger'
        : phrase`${command(ledger.verb, [], { '--ledger': file })} ${asText(ledger.request)}   # goes on with it; or name another file`,
    },
  )
}
