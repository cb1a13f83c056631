import type { Change, ChangeType } from './change.ts'
import type { Recovery } from './diagnosis/dead-executors.ts'
import type { ServerHealth } from './diagnosis/health.ts'
import type { LiveExecutor, Outlook, Situation } from './diagnosis/situation.ts'
import type { WorkflowManagement } from './manage/manage.ts'
import type { WorkflowFilter } from './manage/workflow-filter.ts'
import type { Platform } from './platform.ts'
import type { AnyOf } from './words/any-of.ts'
import type {
  JsonValue,
  Lineage,
  Message,
  Step,
  StreamKey,
  StreamSummary,
  StreamValue,
  Wait,
  Workflow,
  WorkflowEvent,
  WorkflowStatus,
  WorkflowSummary,
} from './workflow.ts'

/** A database that drover was pointed at, before anything connects. */
export interface DatabaseTarget {
  /** Carries the password: never print it. */
  readonly url: string
  /** The schema of the DBOS system tables. */
  readonly schema: string
  /** Safe to print: host, port and database, or `embedded database drover`. */
  readonly label: string
  /** Its name inside the embedded server; undefined elsewhere. */
  readonly embedded?: string
  readonly connectTimeoutMs: number
  /** The same database reached directly, for notifications that the pooler behind `url` does not deliver. Carries a password too. */
  readonly listenUrl?: string
  /** How long a follower waits for a lost database to come back; 5 minutes by default. */
  readonly reconnectTimeoutMs?: number
  /** Set the system tables up under this schema where drover created the database; a mistyped name must not. */
  readonly createSchema?: boolean
  /** Tables that a migration changes right now are not to be used, also where they could be read: `migration-under-way`. */
  readonly refuseMigrating?: boolean
}

export interface DatabaseIdentity {
  readonly label: string
  readonly schema: string
  /** True when drover created this database: only there it migrates, registers its queue and pins versions. */
  readonly own: boolean
  /** Set where the DBOS tables are newer than those that drover knows: the number of their migration. */
  readonly unknownMigration?: number
  /** Set where its tables are of an SDK that cannot be launched in a process of drover's. */
  readonly isBeforeSdk5?: boolean
}

export interface WorkflowQuery extends WorkflowFilter {
  readonly limit: number
  /** `newest` by default. */
  readonly order?: 'newest' | 'oldest'
  /** Go on right after this workflow, in the same order. */
  readonly after?: Pick<WorkflowSummary, 'workflowId' | 'createdAt'>
}

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
  /** Start after this cursor; by default from the beginning of each workflow's history. */
  readonly from?: string
  /** Follow children, and theirs, as they appear. */
  readonly children?: boolean
  /** What the user should know of the connection: lost, back, polling. One sentence each. */
  readonly onNotice?: (notice: string) => void
}

export interface StreamValuesOptions extends Pick<FollowOptions, 'onNotice'> {
  readonly from?: number
  readonly signal?: AbortSignal
}

export interface SendRequest {
  readonly workflowId: string
  readonly topic: string | null
  readonly message: JsonValue
  /** Sending again with the same key is a no-op. */
  readonly idempotencyKey?: string
  /** As JSON that every language reads, instead of what TypeScript writes; else as the workflow itself is written. */
  readonly portable?: boolean
  /** Not to a workflow that has ended: nobody would read it. */
  readonly onlyActive?: boolean
}

/** `used-otherwise`: another message, or on another topic, was sent under this key. Only `sent` wrote something. */
export type SendOutcome = 'sent' | 'duplicate' | 'used-otherwise' | 'ended'

export interface StartRequest {
  readonly name: string
  readonly className?: string
  readonly configName?: string
  readonly workflowId: string
  readonly args: readonly JsonValue[]
  readonly queue: string
  readonly application?: string
  readonly version?: string
  /** 0 is first. */
  readonly priority?: number
  /** Not to be taken before this has passed. */
  readonly delayMs?: number
  /** DBOS cancels it so long after it was taken. */
  readonly timeoutMs?: number
  /** On a queue only one active workflow may have it. */
  readonly deduplicationId?: string
  readonly attributes?: Readonly<Record<string, JsonValue>>
  readonly partition?: string
  /** Keyword arguments, for workflows in Python: everything is written as portable JSON then. */
  readonly namedArgs?: Readonly<Record<string, JsonValue>>
  /** There before the workflow starts. */
  readonly messages?: readonly StartMessage[]
}

export interface StartMessage extends Pick<SendRequest, 'topic' | 'message' | 'idempotencyKey'> {}

/** `existing`: the id is in use. An object: another active workflow has the deduplication id. Nothing was written then. */
export type StartOutcome = 'started' | 'existing' | { readonly duplicateOf: string }

/** How a workflow name ran before: what `start` fills in. */
export interface WorkflowOrigin {
  readonly className: string | null
  readonly configName: string | null
  readonly queue: string | null
  readonly application: string | null
}

/** Where a workflow is to be enqueued. */
export interface QueuePlace {
  readonly queue: string
  /** Executors of one application neither take nor count what belongs to another; null: unclaimed. */
  readonly application: string | null
  readonly partition: string | null
}

export type DecisionVerb = 'approved' | 'rejected'

export interface Actor {
  readonly name: string
  /** Where the name came from: `--as`, an environment variable, or the operating system. */
  readonly source: string
}

export interface DecisionRequest {
  readonly wait: Wait
  readonly topic: string | null
  readonly decision: DecisionVerb
  readonly message: JsonValue
  readonly actor: Actor
  readonly comment: string | null
  /** Send although the workflow ended, the deadline passed or a foreign message lies there; never a second decision. */
  readonly force?: boolean
  /** The workflow was named, not the wait: refused right after another wait of it was decided, for it may be a retry. */
  readonly isByWorkflow?: boolean
  /** False leaves no record of who decided (`"audit": "off"`). */
  readonly isRecorded?: boolean
}

/** What answered a wait before. Of a message that is no decision of drover's only `message` and `at` are known. */
export interface EarlierAnswer {
  readonly message: JsonValue
  readonly at: Date
  readonly by: string | null
}

type Preceded<Outcome> = { readonly outcome: Outcome } & EarlierAnswer

/**
 * `stored`: it is in the database now. `repeated`: this wait has that same decision already. `decided-otherwise`: another
 * decision came first. `decided-before`: so did one for another wait of this workflow, a moment ago. `foreign-message`:
 * a message that is no decision lies on the topic, or was read.
 */
export type DecisionOutcome =
  | { readonly outcome: 'stored'; readonly at: Date }
  | Preceded<'repeated'>
  | Preceded<'decided-otherwise'>
  | Preceded<'decided-before'>
  | Preceded<'foreign-message'>
  | { readonly outcome: 'ended'; readonly status: WorkflowStatus }
  | { readonly outcome: 'deadline-passed'; readonly until: Date }

export interface LastDecided {
  readonly step: number
  /** Null where nothing tells: a bare string without a record. */
  readonly by: string | null
}

/** A line of the record: an attempt to decide, whatever became of it. */
export interface RecordedDecision {
  readonly id: number
  readonly workflowId: string
  readonly name: string
  readonly step: number
  readonly topic: string | null
  readonly decision: DecisionVerb
  /** Claimed: what whoever decided said, and where that came from. */
  readonly by: string
  readonly bySource: string
  readonly comment: string | null
  readonly outcome: DecisionOutcome['outcome']
  readonly forced: boolean
  /** By the database's clock. */
  readonly at: Date
  /** Attested: the role that was logged in to Postgres, and from where; null over a Unix socket. */
  readonly sessionUser: string
  readonly clientAddress: string | null
  /** Of the message as JSON without spaces, in hexadecimal digits. */
  readonly payloadSha256: string
}

export interface RecordQuery {
  readonly workflowId?: string
  readonly step?: number
  readonly actor?: AnyOf<string>
  /** Not before, not after. */
  readonly from?: Date
  readonly to?: Date
  /** All of them without. */
  readonly limit?: number
}

export interface RecordSetup {
  /** A role that may decide from then on. */
  readonly decider?: string
  /** False: only tell the statements. */
  readonly run: boolean
}

export interface InboxQuery {
  /** The registered name, or `Class.name`. */
  readonly name?: AnyOf<string>
  /** Only what has waited since then or longer. */
  readonly before?: Date
  /** All of them without. */
  readonly limit?: number
}

/** A wait, and the name of the workflow that waits. */
export interface NamedWait extends Wait {
  readonly name: string
}

export interface Inbox {
  /** The oldest first. */
  readonly waits: readonly NamedWait[]
  /** How many there are without the limit. */
  readonly total: number
}

/** How an earlier run of the same name was answered at the same step. */
export interface LearnedAnswer {
  readonly name: string
  readonly step: number
  readonly topic: string | null
  readonly message: JsonValue
}

/** The system database of a DBOS application, as drover reads and writes it. */
export interface Store extends WorkflowManagement, Recovery, Platform {
  readonly database: DatabaseIdentity
  /** Newest first, unless another order is asked for. */
  list(query: WorkflowQuery): Promise<readonly WorkflowSummary[]>
  get(workflowId: string): Promise<Workflow | undefined>
  /** Ids that start with `prefix`, at most `limit`. */
  findByPrefix(prefix: string, limit: number): Promise<readonly string[]>
  steps(workflowId: string): Promise<readonly Step[]>
  /** The latest value of each key. */
  events(workflowId: string): Promise<readonly WorkflowEvent[]>
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
  /** The offset at which the last `count` values of a stream begin; 0 where there are not so many. */
  offsetOfLast(workflowId: string, key: string, count: number): Promise<number>
  messages(workflowId: string): Promise<readonly Message[]>
  /** Those of these ids that are workflows. */
  existing(workflowIds: readonly string[]): Promise<readonly string[]>
  /** Open waits of these workflows. */
  waits(workflowIds: readonly string[]): Promise<readonly Wait[]>
  /** Open waits of all workflows. */
  inbox(query: InboxQuery): Promise<Inbox>
  /** The same now, and whenever it has changed, until `signal` aborts. Throws `connection-lost` when reconnecting failed for good. */
  watchInbox(query: InboxQuery, options: Pick<FollowOptions, 'signal' | 'onNotice'>): AsyncIterable<Inbox>
  /** The newest answers to these waits of earlier runs, as far as what ended lately tells. */
  learnAnswers(waits: readonly Pick<NamedWait, 'name' | 'step'>[]): Promise<readonly LearnedAnswer[]>
  children(workflowId: string): Promise<readonly WorkflowSummary[]>
  /** Undefined for an unknown id. */
  lineage(workflowId: string): Promise<Lineage | undefined>
  /**
   * Changes of these workflows as they happen, from the beginning of their history; ends after the last change once all
   * of them have ended. Throws `workflow-not-found` for an unknown id, `connection-lost` when reconnecting failed for good.
   */
  follow(workflowIds: readonly string[], options: FollowOptions): AsyncIterable<Change>
  /** Throws `workflow-not-found`. `duplicate` when this message was sent under its idempotency key before. */
  send(request: SendRequest): Promise<SendOutcome>
  /** Throws `workflow-not-found`, and `no-record` where who decides is to be recorded and cannot be. */
  decide(request: DecisionRequest): Promise<DecisionOutcome>
  /** The wait at this step, also one that is over; undefined where that step never waited. */
  waitAt(workflowId: string, step: number): Promise<Wait | undefined>
  /** The last decision of this workflow; without the record what its messages tell of one. */
  lastDecided(workflowId: string, options: { readonly isRecorded: boolean }): Promise<LastDecided | undefined>
  /** What was decided and tried, newest first. Throws `no-record`. */
  decisions(query: RecordQuery): Promise<readonly RecordedDecision[]>
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
  hasQueue(name: string): Promise<boolean>
  /**
   * Live executors; `undefined` when this role or a pooler does not let us see sessions. With `ask` those of drover's own
   * are asked what they register, which takes a moment where one does not answer.
   */
  executors(options?: { readonly ask?: boolean }): Promise<readonly LiveExecutor[] | undefined>
  /** Everything that tells why a workflow is where it is; undefined without one. */
  situation(workflowId: string): Promise<Situation | undefined>
  /** What the server and the tables tell about themselves, and what there needs care. */
  health(): Promise<ServerHealth>
  /** The database's clock. */
  clock(): Promise<Date>
  /** What would become of a workflow of this application on this queue. */
  outlook(place: QueuePlace): Promise<Outlook>
  close(): Promise<void>
}
