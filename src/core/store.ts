import type { Change, ChangeType } from './change.ts'
import type { DatabaseIdentity } from './database.ts'
import type { Decision, DecisionOutcome } from './decide/decision.ts'
import type { LastDecided, RecordedDecision, RecordQuery, RecordSetup } from './decide/decision-record.ts'
import type { Inbox, InboxQuery, LearnedAnswer, NamedWait } from './decide/inbox-query.ts'
import type { RecordVerification } from './decide/verify-record.ts'
import type { Recovery } from './diagnosis/recovery.ts'
import type { ServerHealth } from './diagnosis/server-health.ts'
import type { LiveExecutor, Outlook, Situation } from './diagnosis/situation.ts'
import type { FactsOfMany, ListedWorkflow } from './diagnosis/workflow-facts.ts'
import type { Failures } from './manage/group-failures.ts'
import type { WorkflowManagement } from './manage/manage.ts'
import type { Retention } from './manage/retention.ts'
import type { WorkflowFilter } from './manage/workflow-filter.ts'
import type { Activity, EndedRange } from './metrics/activity.ts'
import type { Stats, StatsRequest } from './metrics/workflow-stats.ts'
import type { Platform } from './platform.ts'
import type { ActionQuery, RecordedAction } from './record/recorded-action.ts'
import type { Signature } from './record/signature.ts'
import type { RootsPage, RootsQuery } from './roots.ts'
import type {
  QueuePlace,
  SendOutcome,
  SendRequest,
  StartOutcome,
  StartRequest,
  WorkflowOrigin,
} from './run/start.ts'
import type { StepRange } from './step-range.ts'
import type { ExportRequest, ImportReport, ImportRequest } from './transfer/transfer.ts'
import type {
  Lineage,
  Message,
  Step,
  StreamKey,
  StreamSummary,
  StreamText,
  StreamValue,
  Wait,
  Workflow,
  WorkflowEvent,
  WorkflowSummary,
} from './workflow.ts'

export interface WorkflowQuery extends WorkflowFilter {
  readonly limit: number
  /** `newest` by default. */
  readonly order?: 'newest' | 'oldest'
  /** Go on right after this workflow, in the same order. */
  readonly after?: WorkflowPlace
}

/** Where a workflow stands among others. */
export type WorkflowPlace = Pick<WorkflowSummary, 'workflowId' | 'createdAt'>

export interface FactsOptions {
  readonly outputs?: boolean
}

/** One look at many workflows: pages of them, and single ones. */
export interface BoardQuery {
  readonly pages?: readonly WorkflowQuery[]
  readonly roots?: RootsQuery
  readonly ids?: readonly string[]
  /** Of which of them it is asked why they are where they are. */
  readonly isAsked: (workflow: WorkflowSummary) => boolean
  /** With their results; false by default. */
  readonly outputs?: boolean
  /** How many there are that these filters let through, as far as `countedOnBoard`. */
  readonly counted?: readonly WorkflowFilter[]
}

export interface Board {
  /** Each once: a single page, or roots alone, in their order; all else the newest first. */
  readonly rows: readonly BoardRow[]
  readonly counts: readonly number[]
  /** As of `RootsPage`: where the look for roots ended. */
  readonly stoppedAt: Date | null
}

/** A workflow in a list; why it is where it is, where that was asked. */
export interface BoardRow extends WorkflowSummary {
  readonly listed: ListedWorkflow | undefined
}

/** Nobody counts further: it takes time, and more is many. */
export const countedOnBoard = 1000

export interface FollowOptions {
  readonly signal: AbortSignal
  /** Only these kinds of change; all by default. */
  readonly types?: readonly ChangeType[]
  /** Only this stream key; all by default. */
  readonly streamKeys?: readonly string[]
  /** Start these streams at an offset, and every other one at the beginning. */
  readonly streamStarts?: ReadonlyMap<string, number>
  /** Of the events that are there at the start only the latest of each key; after it every one, as always. */
  readonly latestEvents?: boolean
  /** Of what is there at the start only the status, the open waits and what steps that are under way published; streams as always. */
  readonly fromNow?: boolean
  /** Start after this cursor; by default from the beginning of each workflow's history. */
  readonly from?: string
  /** False where nobody reads the cursors: they are then empty, which spares the making of each. */
  readonly cursors?: boolean
  /** Follow children, and theirs, as they appear. */
  readonly children?: boolean
  /** What the user should know of the connection: lost, back, polling. One sentence each. */
  readonly onNotice?: (notice: string) => void
  /** One of those that are followed was deleted; once none is left the following ends. */
  readonly onDeleted?: (workflowId: string) => void
}

export interface StreamValuesOptions extends Pick<FollowOptions, 'onNotice'> {
  readonly from?: number
  readonly signal?: AbortSignal
}

/**
 * The system database of a DBOS application, as drover reads and writes it. Each read is one statement, and so one snapshot,
 * unless it says otherwise; two reads in a row may differ. Times are the database's, to the millisecond. Values are decoded:
 * what cannot be is `Undecoded`, with its text. Everything throws `connection-lost`, `database-unreachable` and
 * `permission-denied` as they come.
 */
export interface Store extends WorkflowManagement, Retention, Recovery, Platform {
  readonly database: DatabaseIdentity
  /** `workflow_status`, without inputs and results. Newest first by `created_at` and id, unless another order is asked for. */
  list(query: WorkflowQuery): Promise<readonly WorkflowSummary[]>
  /** Only where each of the same page stands: for who reads very many. */
  listPlaces(query: WorkflowQuery): Promise<readonly WorkflowPlace[]>
  /** Workflows that none started, among the newest 10,000 and the ancestors of those. A few statements. */
  roots(query: RootsQuery): Promise<RootsPage>
  /** What failed, the newest first, with its error, of which what is very long is left out. */
  failures(filter: WorkflowFilter, look: number): Promise<Failures>
  /**
   * Why each of these is where it is, as far as one look at many tells: a few statements for all of them, each by their ids.
   * Results only with `outputs`. What is gone by then is left out.
   */
  facts(workflows: readonly WorkflowSummary[], options?: FactsOptions): Promise<FactsOfMany>
  /** Pages of `workflow_status` and the facts of those that are asked about, in one transaction. */
  board(query: BoardQuery): Promise<Board>
  /** `workflow_status` with its input, result and error; undefined for an unknown id. */
  get(workflowId: string): Promise<Workflow | undefined>
  /** Ids that start with `prefix`, at most `limit`. */
  findByPrefix(prefix: string, limit: number): Promise<readonly string[]>
  /** `operation_outputs` in order of `function_id`, which is `step`; empty for an unknown id. */
  steps(workflowId: string, range?: StepRange): Promise<readonly Step[]>
  /** How many of them there are, without reading them. */
  countSteps(workflowId: string): Promise<number>
  /** `workflow_events`: the latest value of each key; empty for an unknown id. */
  events(workflowId: string): Promise<readonly WorkflowEvent[]>
  /** `streams`, by key: how many values, of a very long one by its offsets, and whether it is closed. */
  streams(workflowId: string): Promise<readonly StreamSummary[]>
  /** The same without counting, which takes its time where there are many values. */
  streamKeys(workflowId: string): Promise<readonly StreamKey[]>
  /**
   * Batches of the values from offset `from` on, in order, read at most one ahead of the consumer; ends at the last value
   * that is there now. A lost connection is made again, as while following.
   */
  streamValues(
    workflowId: string,
    key: string,
    options?: StreamValuesOptions,
  ): AsyncIterable<readonly StreamValue[]>
  /** The same for who prints lines of JSON, which needs no value of most of them: what is JSON already is passed on. */
  streamTexts(
    workflowId: string,
    key: string,
    options?: StreamValuesOptions,
  ): AsyncIterable<readonly StreamText[]>
  /** The offset at which the last `count` values of a stream begin; 0 where there are not so many. */
  offsetOfLast(workflowId: string, key: string, count: number): Promise<number>
  /** `notifications` to this workflow, the oldest first, those that were read among them where DBOS keeps them. */
  messages(workflowId: string): Promise<readonly Message[]>
  /** Those of these ids that are workflows. */
  existing(workflowIds: readonly string[]): Promise<readonly string[]>
  /** Open waits of these workflows, by `operation_outputs`, `workflow_events` and `notifications`. */
  waits(workflowIds: readonly string[]): Promise<readonly Wait[]>
  /** Open waits of all workflows. */
  inbox(query: InboxQuery): Promise<Inbox>
  /** The same now, and whenever it has changed, until `signal` aborts. Throws `connection-lost` when reconnecting failed for good. */
  watchInbox(query: InboxQuery, options: Pick<FollowOptions, 'signal' | 'onNotice'>): AsyncIterable<Inbox>
  /** The newest answers to these waits of earlier runs, as far as what ended lately tells. */
  learnAnswers(waits: readonly Pick<NamedWait, 'name' | 'step'>[]): Promise<readonly LearnedAnswer[]>
  /** Workflows that it started, the oldest first; not theirs. */
  children(workflowId: string): Promise<readonly WorkflowSummary[]>
  /** Parent, copies and what it was copied from, and how it was enqueued; undefined for an unknown id. */
  lineage(workflowId: string): Promise<Lineage | undefined>
  /**
   * Changes of these workflows as they happen, from the beginning of their history; ends after the last change once all
   * of them have ended. Throws `workflow-not-found` for an unknown id, `connection-lost` when reconnecting failed for good.
   */
  follow(workflowIds: readonly string[], options: FollowOptions): AsyncIterable<Change>
  /** Throws `invalid-argument` for a cursor from which this workflow cannot be followed. */
  checkCursor(cursor: string, workflowId: string): Promise<void>
  /** Throws `workflow-not-found`. `duplicate` when this message was sent under its idempotency key before. */
  send(request: SendRequest): Promise<SendOutcome>
  /** Throws `workflow-not-found`, and `no-record` where who decides is to be recorded and cannot be. */
  decide(decision: Decision): Promise<DecisionOutcome>
  /** The wait at this step, also one that is over; undefined where that step never waited. */
  waitAt(workflowId: string, step: number): Promise<Wait | undefined>
  /** The last decision of this workflow; without the record what its messages tell of one. */
  lastDecided(workflowId: string, options: { readonly isRecorded: boolean }): Promise<LastDecided | undefined>
  /** What was decided and tried, newest first. Throws `no-record`. */
  decisions(query: RecordQuery): Promise<readonly RecordedDecision[]>
  /** Where messages and record differ, of what was decided and sent from then on; by default since the first decision. Throws `no-record`. */
  verifyRecord(range: { readonly from?: Date }): Promise<RecordVerification>
  /** What was done to workflows, queues, schedules and versions, newest first; empty where an older drover made the record. Throws `no-record`. */
  actions(query: ActionQuery): Promise<readonly RecordedAction[]>
  /** The same store for whoever signs: what it changes has lines in the record, where there is one. Closing either closes both. */
  as(signature: Signature): Store
  /** The SQL that creates the record, and lets `decider` decide; run unless told otherwise. */
  createRecord(setup: RecordSetup): Promise<string>
  /** Enqueues, and sends the messages in the same transaction. */
  start(request: StartRequest): Promise<StartOutcome>
  /** Distinct ways in which this name ran, the latest first; after them those in which it was only enqueued so far. */
  origins(name: string): Promise<readonly WorkflowOrigin[]>
  /** Whether the last run of this name was not written as the SDK for TypeScript writes by default. */
  lastRanPortable(name: string): Promise<boolean>
  /** Names that ran before, the most recent first. */
  knownNames(limit: number): Promise<readonly string[]>
  /** Whether `queues` has it; a queue that only lives in an application's code is not there. */
  hasQueue(name: string): Promise<boolean>
  /**
   * Live executors; `undefined` when this role or a pooler does not let us see sessions. With `ask` those of drover's own
   * are asked what they register, which takes a moment where one does not answer.
   */
  executors(options?: { readonly ask?: boolean }): Promise<readonly LiveExecutor[] | undefined>
  /**
   * Everything that tells why workflows are where they are, in the order of the ids, without those that are not there. Several
   * statements, as many as for one: what moved in between is seen twice. `payloads`: with input, output and error, by default.
   */
  situations(
    workflowIds: readonly string[],
    options?: { readonly payloads?: boolean },
  ): Promise<readonly Situation[]>
  /** What the server and the tables tell about themselves, and what there needs care. */
  health(): Promise<ServerHealth>
  /** What is under way, and what ended in this time: one transaction, one look at each row that is active. */
  activity(range: EndedRange): Promise<Activity>
  /** Throughput, waits and durations of what ended in this time. One statement, which reads each of them. */
  stats(request: StatsRequest): Promise<Stats>
  /** About how many it would read, as Postgres estimates it without reading. */
  estimateStats(request: StatsRequest): Promise<number>
  /** The database's clock. */
  clock(): Promise<Date>
  /** What would become of a workflow of this application on this queue. */
  outlook(place: QueuePlace): Promise<Outlook>
  /** The lines of an export, in pieces, harmless on a terminal: see `core/transfer`. One snapshot, on a connection of its own. */
  exportWorkflows(request: ExportRequest): AsyncIterable<Buffer>
  /** Brings an export in, in one transaction on a connection of its own. Throws `invalid-argument` for what is no whole export. */
  importWorkflows(request: ImportRequest): Promise<ImportReport>
  /** Ends its connections; what still runs on them fails with `connection-lost`. */
  close(): Promise<void>
}
