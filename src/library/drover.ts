import type { Change } from '../core/change.ts'
import type { DatabaseIdentity } from '../core/database.ts'
import { answerWait } from '../core/decide/answer-wait.ts'
import type { Verdict } from '../core/decide/decision.ts'
import type { RecordedDecision, RecordQuery } from '../core/decide/decision-record.ts'
import type { InboxQuery, NamedWait } from '../core/decide/inbox-query.ts'
import type { Decided } from '../core/decide/submit-decision.ts'
import { submitMessage } from '../core/decide/submit-message.ts'
import { examine, type Finding } from '../core/diagnosis/checkup.ts'
import { examineStore } from '../core/diagnosis/examine-store.ts'
import { explain } from '../core/diagnosis/explain-workflow.ts'
import type { Explanations } from '../core/diagnosis/explanation.ts'
import type { RecoveredRow } from '../core/diagnosis/recovery.ts'
import { CliError } from '../core/errors.ts'
import type { LinkSurroundings } from '../core/links/link-keys.ts'
import type { WorkflowFilter } from '../core/manage/workflow-filter.ts'
import type { Stats } from '../core/metrics/workflow-stats.ts'
import { type ListedQueue, listQueues } from '../core/run/list-queues.ts'
import { listWorkers, type Worker } from '../core/run/list-workers.ts'
import type { Store, WorkflowQuery } from '../core/store.ts'
import { parseConditions } from '../core/wait/condition.ts'
import { type Met, type WaitOptions, waitFor, waitForMatching } from '../core/wait/wait-for.ts'
import { command } from '../core/words/command-line.ts'
import { withPlainNumbers } from '../core/words/exact-number.ts'
import type {
  JsonValue,
  Message,
  Step,
  StreamValue,
  WorkflowDetails,
  WorkflowEvent,
} from '../core/workflow.ts'
import type { Settings } from '../settings/settings.ts'
import { type Changed, changeWorkflows } from './change-workflows.ts'
import { enqueue, type StartOptions } from './enqueue.ts'
import { type FromStepOptions, type RunFromStep, runFromStep } from './go-on-from-step.ts'
import { requireWorkflow } from './known-workflow.ts'
import { listRows, type WorkflowRow } from './list-rows.ts'
import { type LinkOptions, makeLink } from './make-link.ts'
import { changeWithRaw, type Raw, withRaw } from './plain-numbers.ts'
import { type RecoverOptions, recoverDead } from './recover-dead.ts'
import { followStream, readStream, readStreamValues, type StreamOptions } from './stream-readers.ts'
import { type StatsOptions, tellStats } from './tell-stats.ts'

export interface WatchOptions {
  readonly signal?: AbortSignal
  /** Start right after the change with this cursor. */
  readonly from?: string
  /** Also what they start. */
  readonly children?: boolean
  /** False where nobody reads the cursors, which are then empty: each covers all that is followed. */
  readonly cursors?: boolean
}

export interface SendOptions {
  /** None by default. */
  readonly topic?: string
  /** The same message again with the same key is a no-op; another one throws `already-sent`. */
  readonly idempotencyKey?: string
  /** Write it as portable JSON; by itself for a workflow of another language. */
  readonly portable?: boolean
  /** Also to a workflow that has ended, which throws `already-ended` else. */
  readonly force?: boolean
}

export interface DecideOptions {
  /** Who decides. */
  readonly as: string
  readonly comment?: string
  /** Send this instead of the standard answer. */
  readonly data?: JsonValue
  /** The topic of a wait of which it is not known; null for none. */
  readonly topic?: string | null
}

/** A DBOS system database, as the command line sees it; where numbers lose digits, `raw` has them. Errors are `DroverError`s with a `code` and a `hint`. */
export interface Drover {
  readonly database: DatabaseIdentity
  /** Newest first, each with why it is where it is; 100 unless a limit is given. */
  list(query?: Partial<WorkflowQuery>): Promise<readonly (WorkflowRow & Raw)[]>
  /** With where it comes from, what was made of it, and how it was enqueued; undefined where there is none. */
  get(workflowId: string): Promise<(WorkflowDetails & Raw) | undefined>
  steps(workflowId: string): Promise<readonly (Step & Raw)[]>
  /** The latest value of each key. */
  events(workflowId: string): Promise<readonly (WorkflowEvent & Raw)[]>
  /** The latest value of one; undefined as long as there is none. */
  event(workflowId: string, key: string): Promise<JsonValue | undefined>
  messages(workflowId: string): Promise<readonly (Message & Raw)[]>
  /**
   * Enqueues a workflow for a worker, and resolves to its id. One that is active under this id with the same arguments is
   * attached to, and gets the messages; else throws `id-in-use`.
   */
  start(name: string, args?: readonly JsonValue[], options?: StartOptions): Promise<string>
  /** What happens to them, from their beginning until all have ended. */
  watch(workflowIds: string | readonly string[], options?: WatchOptions): AsyncIterable<Change & Raw>
  /** The values of a stream: those that are there, and with `follow` all that come, until it is closed or the workflow ended. */
  stream(
    workflowId: string,
    key: string,
    options?: { readonly follow?: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<JsonValue>
  /** The same with their offsets; `from` begins right there. */
  streamValues(workflowId: string, key: string, options?: StreamOptions): AsyncIterable<StreamValue & Raw>
  /**
   * Until a condition of `drover wait --for` holds, or all of several, `ended` by default; resolves to what met the last. Where it ended otherwise
   * than SUCCESS and its end was waited for, throws `workflow-failed`, `workflow-cancelled` or `workflow-dead`.
   */
  wait(workflowId: string, condition?: string | readonly string[], options?: WaitOptions): Promise<JsonValue>
  /**
   * The same for every workflow that a filter lets through by now; with `created` for the newest that appears from now on, or since
   * `since`. Resolves to what met it, of each. Throws `not-there` where there is none.
   */
  waitForMatching(
    filter: WorkflowFilter,
    condition?: string | readonly string[],
    options?: WaitOptions & { readonly any?: boolean },
  ): Promise<readonly Met[]>
  send(workflowId: string, message: JsonValue, options?: SendOptions): Promise<'sent' | 'duplicate'>
  /** What waits for an answer, the oldest first. */
  inbox(query?: InboxQuery): Promise<readonly (NamedWait & Raw)[]>
  /** The same now, and again whenever it has changed, until `signal` aborts. */
  watchInbox(
    query?: InboxQuery,
    options?: { readonly signal?: AbortSignal },
  ): AsyncIterable<readonly (NamedWait & Raw)[]>
  /** Decides `ID#STEP`, or the only open wait of a workflow, once. */
  approve(wait: string, options: DecideOptions): Promise<Decided>
  reject(wait: string, options: DecideOptions & { readonly comment: string }): Promise<Decided>
  /** The record of who decided, newest first. */
  decisions(query?: RecordQuery): Promise<readonly RecordedDecision[]>
  /** Registered queues, and what is on them. */
  queues(): Promise<readonly ListedQueue[]>
  /** As the commands of these names, without their children; one outcome for each id. */
  cancel(workflowIds: string | readonly string[]): Promise<readonly Changed[]>
  resume(workflowIds: string | readonly string[]): Promise<readonly Changed[]>
  delete(workflowIds: string | readonly string[]): Promise<readonly Changed[]>
  /** Copies that go on from a step; the old ones stay as they are. */
  fork(workflowIds: string | readonly string[], options: FromStepOptions): Promise<readonly RunFromStep[]>
  /** The same in place: what was recorded from that step on is thrown away. */
  rewind(workflowIds: string | readonly string[], options: FromStepOptions): Promise<readonly RunFromStep[]>
  /** Hands what dead executors left to living ones, by evidence, as `drover recover` does once; one outcome for each workflow. */
  recover(options?: RecoverOptions): Promise<readonly RecoveredRow[]>
  /** Why a workflow is where it is, then of what it waits for. Throws `workflow-not-found`. */
  explain(workflowId: string): Promise<Explanations>
  /**
   * What ended in a time, the last hour by default: how many, their steps, waits and durations in milliseconds, in all and by
   * name, and in 30 parts of the time; the slowest five. Throws `invalid-argument` where no time is from `since` to `until`.
   */
  stats(options?: StatsOptions): Promise<Stats>
  /** What `drover doctor` finds, each with its `verdict`: `ok`, `warn` or `fail`. Throws `database-unreachable` where there is no answer. */
  doctor(): Promise<readonly Finding[]>
  /** The executors that are connected, what each runs (ids), and those that workflows name and nobody sees. */
  workers(): Promise<readonly Worker[]>
  /** A URL of the gateway that answers this wait, `ID#STEP` or the only open one of a workflow, in a name. */
  link(wait: string, options: LinkOptions): Promise<string>
  close(): Promise<void>
}

/** What a `Drover` is made of. */
export interface DroverParts {
  readonly store: Store
  readonly settings: Pick<Settings, 'application' | 'audit' | 'workflows'>
  readonly env: Readonly<Record<string, string | undefined>>
  /** What links are signed with is kept there. */
  readonly files: Omit<LinkSurroundings, 'env'>
  close(): Promise<void>
}

export function createDrover({ store, settings, env, files, close }: DroverParts): Drover {
  const rules = {
    workflows: settings.workflows,
    isRecorded: settings.audit.value !== 'off',
    now: () => new Date(),
  }

  const decide = async (wait: string, verdict: Verdict, options: DecideOptions): Promise<Decided> => {
    const { as, comment = null, data, topic } = options
    const answer = { verdict, actor: { name: as, source: 'library' }, comment, message: data, topic }
    const find = (id: string) => requireWorkflow(store, id)
    return withPlainNumbers(await answerWait(store, rules, wait, answer, find))
  }

  return {
    database: store.database,
    list: (query = {}) => listRows(store, query),
    get: async (workflowId) => {
      const workflow = await store.get(workflowId)
      const lineage = workflow && (await store.lineage(workflowId))
      return lineage && withRaw({ ...workflow, ...lineage })
    },
    steps: async (workflowId) => (await store.steps(workflowId)).map(withRaw),
    events: async (workflowId) => (await store.events(workflowId)).map(withRaw),
    event: async (workflowId, key) =>
      withPlainNumbers((await store.events(workflowId)).find((event) => event.key === key)?.value),
    messages: async (workflowId) => (await store.messages(workflowId)).map(withRaw),
    start: (name, args = [], options = {}) => enqueue({ store, settings, env }, name, args, options),
    watch: (workflowIds, { signal = never, ...options } = {}) =>
      watch(store, [workflowIds].flat(), { signal, ...options }),
    stream: (workflowId, key, { follow = false, signal } = {}) =>
      follow ? followStream(store, workflowId, key, signal) : readStream(store, workflowId, key),
    wait: async (workflowId, condition = 'ended', options = {}) => {
      return withPlainNumbers(await waitFor(store, workflowId, parseConditions([condition].flat()), options))
    },
    waitForMatching: async (filter, condition = 'ended', options = {}) => {
      const conditions = parseConditions([condition].flat())
      return withPlainNumbers(await waitForMatching(store, filter, conditions, options))
    },
    send: (workflowId, message, { topic = null, idempotencyKey, force, portable } = {}) =>
      submitMessage(store, { workflowId, topic, message, idempotencyKey, force, portable }),
    inbox: async (query = {}) => (await store.inbox(query)).waits.map(withRaw),
    approve: (wait, options) => decide(wait, 'approved', options),
    reject: (wait, options) => decide(wait, 'rejected', options),
    decisions: (query = {}) => store.decisions(query),
    streamValues: (workflowId, key, options = {}) => readStreamValues(store, workflowId, key, options),
    watchInbox: (query = {}, { signal = never } = {}) => watchInbox(store, query, signal),
    queues: () => listQueues(store),
    cancel: (workflowIds) => changeWorkflows(store, 'cancel', [workflowIds].flat()),
    resume: (workflowIds) => changeWorkflows(store, 'resume', [workflowIds].flat()),
    delete: (workflowIds) => changeWorkflows(store, 'delete', [workflowIds].flat()),
    fork: (workflowIds, options) => runFromStep(store, 'fork', [workflowIds].flat(), options),
    rewind: (workflowIds, options) => runFromStep(store, 'rewind', [workflowIds].flat(), options),
    recover: (options = {}) => recoverDead(store, options),
    explain: async (workflowId) => {
      await requireWorkflow(store, workflowId)
      const found = await explain(store, workflowId, settings)
      if (found) return found
      throw new CliError('workflow-not-found', `${workflowId} was deleted.`, { hint: command('list') })
    },
    stats: async (options = {}) => tellStats(store, options),
    doctor: async () => {
      const { workflows, isRecorded, now } = rules
      return examine(await examineStore(store, { now, workflows, isRecorded }))
    },
    workers: async () => listWorkers(store, await store.executors({ ask: true }), rules.now()),
    link: (wait, options) =>
      makeLink({ ...files, ...rules, env, store, find: (id) => requireWorkflow(store, id) }, wait, options),
    close,
  }
}

/** Aborts never. One for all: thousands who follow would each have to make one. */
const never = new AbortController().signal

async function* watch(
  store: Store,
  workflowIds: readonly string[],
  options: WatchOptions & { readonly signal: AbortSignal },
): AsyncGenerator<Change & Raw> {
  for await (const change of store.follow(workflowIds, options)) yield changeWithRaw(change)
}

async function* watchInbox(
  store: Store,
  query: InboxQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly (NamedWait & Raw)[]> {
  for await (const { waits } of store.watchInbox(query, { signal })) yield waits.map(withRaw)
}
