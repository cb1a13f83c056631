import type { Decision } from '../../src/core/decide/decision.ts'
import type { RecoveryScan } from '../../src/core/diagnosis/recovery.ts'
import type { ServerHealth } from '../../src/core/diagnosis/server-health.ts'
import type { LiveExecutor, Outlook } from '../../src/core/diagnosis/situation.ts'
import { CliError } from '../../src/core/errors.ts'
import type { ManageTarget, ManageVerb } from '../../src/core/manage/manage.ts'
import type { ApplicationVersion, PauseGuard, Schedule } from '../../src/core/platform.ts'
import type { QueuePlace, SendRequest, StartRequest } from '../../src/core/run/start.ts'
import type { Store } from '../../src/core/store.ts'
import {
  type EndedStatus,
  type Executor,
  isEnded,
  type JsonValue,
  type Workflow,
  type WorkflowError,
} from '../../src/core/workflow.ts'
import { createFakeActions } from './fake-actions.ts'
import { fakeActivity } from './fake-activity.ts'
import { createFakeAnswers } from './fake-answers.ts'
import { createFakeBulk } from './fake-bulk.ts'
import { boardOf, factsOf } from './fake-facts.ts'
import { decodeCursor, follow } from './fake-follow.ts'
import { createFakePlatform } from './fake-platform.ts'
import { createFakeReads } from './fake-reads.ts'
import { createFakeRecord } from './fake-record.ts'
import { createFakeRecovery } from './fake-recovery.ts'
import { createFakeRetention } from './fake-retention.ts'
import { type GivenQueue, healthOf, queueStateOf, situationOf } from './fake-situation.ts'
import { fakeStats } from './fake-stats.ts'
import { createFakeTransfer } from './fake-transfer.ts'
import {
  answerOpenWait,
  deliver,
  type FakeOperation,
  type FakeWorkflow,
  fakeEpoch,
  perform,
} from './fake-workflow.ts'
import { createFakeWorld } from './fake-world.ts'

interface FakeStoreOptions {
  /** What is written in other languages. */
  readonly portableNames?: readonly string[]
  readonly own?: boolean
  readonly queues?: readonly string[]
  readonly executors?: readonly (Executor & Partial<LiveExecutor>)[] | undefined
  /** Sessions of others are hidden: `executors` cannot be seen. */
  readonly blind?: boolean
  /** Of queues, what is not as by default. */
  readonly queueStates?: Readonly<Record<string, GivenQueue>>
  readonly latestVersion?: string | null
  /** What `health` tells besides. */
  readonly health?: Partial<ServerHealth>
  readonly versions?: readonly ApplicationVersion[]
  readonly isBeforeSdk5?: boolean
  readonly schedules?: readonly Schedule[]
  /** What keeps a pause of a queue; a trigger by default. */
  readonly pauseGuard?: PauseGuard
  /** Registered besides, and paused. */
  readonly pausedQueues?: readonly string[]
  /** Whether there is a record of decisions; true by default. */
  readonly hasRecord?: boolean
  /** Ids of executors without a sign of life. */
  readonly gone?: readonly string[]
  /** What `scanExecutors` sees besides. */
  readonly scan?: Partial<RecoveryScan>
  /** Sessions of unknown owners. */
  readonly doubts?: readonly string[]
  /** The database's clock; a minute after `fakeEpoch` by default. */
  readonly now?: () => Date
}

/** A store in memory. What it did is in `sent`, `decided` and `started`; the verbs below make its workflows live. */
export interface FakeStore extends Store {
  readonly sent: readonly SendRequest[]
  readonly decided: readonly Decision[]
  readonly started: readonly StartRequest[]
  readonly managed: readonly { readonly verb: ManageVerb; readonly targets: readonly ManageTarget[] }[]
  readonly closed: boolean
  /** Somebody has seen all there is and waits for more. */
  readonly isFollowed: boolean
  add(workflow: FakeWorkflow): void
  /** The workflow goes on. */
  run(workflowId: string, ...operations: readonly FakeOperation[]): void
  /** The open wait reads the unread message on its topic. */
  receive(workflowId: string, topic: string | null): void
  update(workflowId: string, change: Partial<Workflow>): void
  end(workflowId: string, status: EndedStatus, result?: { output?: JsonValue; error?: WorkflowError }): void
}

export function createFakeStore(
  workflows: readonly FakeWorkflow[] = [],
  options: FakeStoreOptions = {},
): FakeStore {
  const {
    own = true,
    queues = [],
    executors = [],
    versions = [],
    schedules = [],
    gone = [],
    scan,
    doubts = [],
    now,
  } = options
  const readClock = now ?? (() => new Date(fakeEpoch.getTime() + 60_000))
  const world = createFakeWorld(workflows, readClock)
  const { entries, entryOf, change, add, happened, allRows } = world
  const sent: SendRequest[] = []
  const decided: Decision[] = []
  const started: StartRequest[] = []
  const holders = new Map<string, string>()
  const managed: FakeStore['managed'][number][] = []

  const record = createFakeRecord({ change, readClock, isThere: options.hasRecord ?? true })

  const actions = createFakeActions({ isThere: () => record.isThere, readClock })

  const store: FakeStore = {
    actions: async (query) => actions.read(query),
    as(this: Store, signature) {
      return actions.sign(this, signature)
    },
    database: { label: 'fake database', schema: 'dbos', own, isBeforeSdk5: options.isBeforeSdk5 ?? false },
    sent,
    decided,
    started,
    managed,
    get closed() {
      return world.closed
    },
    get isFollowed() {
      return world.isFollowed
    },
    add,
    run: (workflowId, ...operations) => {
      for (const operation of operations) change(workflowId, (rows) => perform(rows, operation))
    },
    receive: (workflowId, topic) => change(workflowId, (rows) => answerOpenWait(rows, topic)),
    update: (workflowId, fields) =>
      change(workflowId, (rows) => {
        rows.workflow = { ...rows.workflow, ...fields }
      }),
    end: (workflowId, status, { output = null, error = null } = {}) =>
      change(workflowId, (rows) => {
        rows.workflow = { ...rows.workflow, status, output, error, completedAt: new Date(rows.clock) }
      }),

    ...createFakeReads(world),
    ...createFakeBulk(world, managed),
    ...createFakeRetention(world),
    ...createFakeTransfer(world),
    ...createFakeAnswers(world, { record, sent, decided }),
    ...createFakeRecovery(world, { gone, doubts, scan, liveExecutors }),
    follow: (workflowIds, options) => follow(world, workflowIds, options),
    checkCursor: async (cursor, workflowId) => {
      if (!(workflowId in decodeCursor(cursor))) throw new CliError('invalid-argument', 'no cursor of this')
    },
    start: async (request) => {
      started.push(request)
      if (entries.has(request.workflowId)) return 'existing'
      const { deduplicationId, queue, workflowId, args, namedArgs } = request
      const held = deduplicationId === undefined ? undefined : `${queue}/${deduplicationId}`
      const holder = held === undefined ? undefined : holders.get(held)
      if (holder !== undefined && !isEnded(entryOf(holder).rows.workflow.status))
        return { duplicateOf: holder }
      if (held !== undefined) holders.set(held, workflowId)
      const hasNamed = namedArgs !== undefined && Object.keys(namedArgs).length > 0
      add({
        workflowId,
        name: request.name,
        className: request.className ?? null,
        configName: request.configName ?? null,
        status: request.delayMs ? 'DELAYED' : 'ENQUEUED',
        queue,
        application: request.application ?? null,
        version: request.version ?? null,
        executorId: null,
        createdAt: readClock(),
        recoveryAttempts: 0,
        input: hasNamed ? { positionalArgs: args, namedArgs } : args,
      })
      for (const { topic, message, idempotencyKey } of request.messages ?? []) {
        change(workflowId, (rows) => void deliver(rows, topic, message, readClock(), idempotencyKey))
      }
      happened()
      return 'started'
    },
    lastRanPortable: async (name) => options.portableNames?.includes(name) ?? false,
    ...createFakePlatform(allRows, {
      queues,
      versions,
      schedules,
      readClock,
      pauseGuard: options.pauseGuard,
      pausedQueues: options.pausedQueues,
    }),
    executors: async () => liveExecutors(),
    ...fakeStats(() => allRows().map(({ workflow, steps }) => ({ ...workflow, steps: steps.length }))),
    activity: (range) =>
      fakeActivity(
        store,
        allRows().map(({ workflow }) => workflow),
        range,
      ),
    situations: async (workflowIds, { payloads = true } = {}) => {
      const seen = { all: allRows(), now: readClock(), executors: liveExecutors() }
      const rows = workflowIds.flatMap((id) => entries.get(id)?.rows ?? [])
      return rows
        .map((one) => situationOf(one, outlookOf, seen))
        .map((situation) => {
          const nothing = payloads ? {} : { input: null, output: null, error: null }
          return { ...situation, workflow: { ...situation.workflow, ...nothing } }
        })
    },
    board: (query) => boardOf(store, query),
    facts: async (workflows, { outputs = false } = {}) => {
      const all = allRows()
      const seen = { all, now: readClock(), executors: liveExecutors() }
      const rows = workflows.flatMap(({ workflowId }) => entries.get(workflowId)?.rows ?? [])
      return factsOf(
        rows.map((one) => situationOf(one, outlookOf, seen)),
        all,
        outputs,
      )
    },
    outlook: async (place) => outlookOf(place),
    health: async () => ({
      ...healthOf(allRows(), readClock()),
      hasRecord: record.isThere,
      ...options.health,
    }),
    clock: async () => readClock(),
    close: async () => world.close(),
  }

  function liveExecutors(): readonly LiveExecutor[] | undefined {
    if (options.blind) return undefined
    return executors.map((executor) => ({
      versionStart: executor.version,
      candidateVersions: null,
      registration: null,
      recognisedBy: 'name',
      heardAt: readClock(),
      address: null,
      ...executor,
    }))
  }

  function outlookOf(place: QueuePlace): Outlook {
    return {
      now: readClock(),
      queue: queueStateOf(place, allRows(), {
        ...(queues.includes(place.queue) && { isRegistered: true }),
        ...options.queueStates?.[place.queue],
      }),
      latestVersion: options.latestVersion ?? null,
      executors: liveExecutors(),
    }
  }

  return store
}
