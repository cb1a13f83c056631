/** What the command line is made of, for programs: the package's own exports. */

export type { Change, ChangeType } from './core/change.ts'
export type { RecordedDecision, RecordQuery } from './core/decide/decision-record.ts'
export type { NamedWait } from './core/decide/inbox-query.ts'
export type { Decided } from './core/decide/submit-decision.ts'
export type { Finding } from './core/diagnosis/checkup.ts'
export type { Explanation, Explanations } from './core/diagnosis/explanation.ts'
export type { RecoveredRow } from './core/diagnosis/recovery.ts'
export { CliError as DroverError, type ErrorCode } from './core/errors.ts'
export type { WorkflowFilter } from './core/manage/workflow-filter.ts'
export type { NameStats, Stats } from './core/metrics/workflow-stats.ts'
export type { Worker } from './core/run/list-workers.ts'
export type { WorkflowQuery } from './core/store.ts'
export type { Met, WaitOptions } from './core/wait/wait-for.ts'
export type {
  JsonValue,
  Message,
  Step,
  Wait,
  Workflow,
  WorkflowDetails,
  WorkflowEvent,
  WorkflowStatus,
  WorkflowSummary,
} from './core/workflow.ts'
export type { Changed } from './library/change-workflows.ts'
export { type ConnectOptions, connect } from './library/connect.ts'
export type { DecideOptions, Drover, SendOptions, WatchOptions } from './library/drover.ts'
export type { StartOptions } from './library/enqueue.ts'
export type { FromStepOptions, RunFromStep } from './library/go-on-from-step.ts'
export type { WorkflowRow } from './library/list-rows.ts'
export type { LinkOptions } from './library/make-link.ts'
export type { Raw } from './library/plain-numbers.ts'
export type { RecoverOptions } from './library/recover-dead.ts'
export { type DecisionQuestion, type RequestedDecision, requestDecision } from './library/request-decision.ts'
export type { StatsOptions } from './library/tell-stats.ts'
