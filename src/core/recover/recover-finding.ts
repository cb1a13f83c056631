import type { DeadExecutor, RecoveredRow, UnclaimedVersion } from '../diagnosis/recovery.ts'
import type { LiveExecutor } from '../diagnosis/situation.ts'
import type { Store } from '../store.ts'
import type { WorkflowSummary } from '../workflow.ts'

/** What shall be recovered, and how. */
export interface RecoverRequest {
  /** Only these workflows. */
  readonly workflowIds?: readonly string[]
  /** Known to be gone, though sessions of unknown owners are connected. */
  readonly gone?: readonly string[]
  /** Only workflows of these applications. */
  readonly application?: readonly string[]
  /** Hand them, and what is enqueued for a version that nobody runs, to this version, or `latest`. */
  readonly toVersion?: string
  /** Find, and change nothing. */
  readonly dryRun?: boolean
}

/** What a request needs of a store. */
export type RecoverStore = Pick<
  Store,
  'scanExecutors' | 'executors' | 'versions' | 'list' | 'get' | 'handOver' | 'moveToVersion'
>

/** What became of the workflows of one dead executor, or of one version that nobody runs, and what was seen of it. */
export type RecoverFinding = (
  | { readonly kind: 'executor'; readonly executor: DeadExecutor }
  | { readonly kind: 'version'; readonly unclaimed: UnclaimedVersion }
) & {
  readonly rows: readonly RecoveredRow[]
  /** The workflows that it is about. */
  readonly workflows: readonly WorkflowSummary[]
  /** Why nothing was handed over; null where it was, or would be. */
  readonly obstacle: 'doubts' | 'stranded' | null
  /** The version that shall take them. */
  readonly version: string | null
  /** Who lives. */
  readonly executors: readonly LiveExecutor[]
}

/** Of what is said of all of them. */
export type ToRows = (
  outcome: RecoveredRow['outcome'],
  reason: string,
  workflowIds?: readonly string[],
) => readonly RecoveredRow[]

/** No more are looked at for one version, or for all that dead executors left. */
export const mostAtOnce = 100_000
