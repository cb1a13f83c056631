import { isDeepStrictEqual } from 'node:util'
import type { Change, ChangeType } from '../../src/core/change.ts'
import { internalQueue } from '../../src/core/dbos-names.ts'
import type { Decision } from '../../src/core/decide/decision.ts'
import type { NamedWait } from '../../src/core/decide/inbox-query.ts'
import { waitKey } from '../../src/core/decide/wait-id.ts'
import type { DeadExecutor, RecoveryScan, UnclaimedVersion } from '../../src/core/diagnosis/dead-executors.ts'
import { eligibleExecutors } from '../../src/core/diagnosis/eligible-executors.ts'
import type { ServerHealth } from '../../src/core/diagnosis/health.ts'
import type { LiveExecutor, Outlook, QueueState } from '../../src/core/diagnosis/situation.ts'
import { CliError } from '../../src/core/errors.ts'
import type { ManageTarget, ManageVerb } from '../../src/core/manage/manage.ts'
import type { ApplicationVersion, Schedule } from '../../src/core/platform.ts'
import type { QueuePlace, SendRequest, StartRequest, WorkflowOrigin } from '../../src/core/run/start.ts'
import type { FollowOptions, Store } from '../../src/core/store.ts'
import {
  type EndedStatus,
  type Executor,
  isEnded,
  type JsonValue,
  type StreamValue,
  type Workflow,
  type WorkflowError,
  type WorkflowSummary,
} from '../../src/core/workflow.ts'
import { fieldOf, isLetThrough, isNamed, manageFake, stepBoundsOf } from './fake-management.ts'
import { createFakePlatform } from './fake-platform.ts'
import { createFakeRecord } from './fake-record.ts'
import { healthOf, queueStateOf, situationOf } from './fake-situation.ts'
import {
  answerOpenWait,
  asTold,
  createRows,
  deliver,
  type FakeOperation,
  type FakeRows,
  type FakeWorkflow,
  fakeEpoch,
  perform,
  settle,
  waitsOf,
} from './fake-workflow.ts'

interface FakeStoreOptions {
  /** What is written in other languages. */
  readonly portableNames?: readonly string[]
  readonly own?: boolean
  readonly queues?: readonly string[]
  readonly executors?: readonly (Executor & Partial<LiveExecutor>)[] | undefined
  /** Sessions of others are hidden: `executors` cannot be seen. */
  readonly blind?: boolean
  /** Of queues, what is not as by default. */
  readonly queueStates?: Readonly<Record<string, Partial<QueueState>>>
  readonly latestVersion?: string | null
  /** What `health` tells besides. */
  readonly health?: Partial<ServerHealth>
  readonly versions?: readonly ApplicationVersion[]
  readonly isBeforeSdk5?: boolean
  readonly schedules?: readonly Schedule[]
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

type WithoutPlace<One> = One extends Change ? Omit<One, 'cursor' | 'workflowId'> : never
/** A change that no follower has seen yet. */
type Draft = WithoutPlace<Change>

interface Entry {
  readonly rows: FakeRows
  /** What happened but for statuses and waits, in order. */
  readonly log: Draft[]
}

interface Position {
  logged: number
  status: string
  waits: string
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
  const entries = new Map<string, Entry>()
  const sent: SendRequest[] = []
  const decided: Decision[] = []
  const started: StartRequest[] = []
  const holders = new Map<string, string>()
  const managed: FakeStore['managed'][number][] = []
  const sleepers = new Set<() => void>()
  let closed = false

  const entryOf = (workflowId: string): Entry => {
    const entry = entries.get(workflowId)
    if (!entry) throw notFound(workflowId)
    return entry
  }
  const happened = (): void => {
    for (const wake of sleepers) wake()
  }
  const change = (workflowId: string, act: (rows: FakeRows) => void): void => {
    const entry = entryOf(workflowId)
    const before = snapshot(entry.rows)
    act(entry.rows)
    entry.log.push(...differences(before, entry.rows))
    happened()
  }
  const add = (workflow: FakeWorkflow): void => {
    const id = workflow.workflowId
    const rows = createRows(workflow)
    entries.set(id, { rows, log: [] })
    for (const operation of workflow.did ?? []) change(id, () => perform(rows, operation))
    for (const { topic, message, sentAt } of workflow.unread ?? []) {
      change(id, () => void deliver(rows, topic, message, sentAt))
    }
    settle(rows, workflow)
  }
  for (const workflow of workflows) add(workflow)
  const record = createFakeRecord({ change, readClock, isThere: options.hasRecord ?? true })

  const store: FakeStore = {
    database: { label: 'fake database', schema: 'dbos', own, isBeforeSdk5: options.isBeforeSdk5 ?? false },
    sent,
    decided,
    started,
    managed,
    get closed() {
      return closed
    },
    get isFollowed() {
      return sleepers.size > 0
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

    list: async (query) => {
      const found = [...entries.values()]
        .filter(({ rows }) => isLetThrough(rows, query))
        .map(({ rows }) => rows.workflow)
        .sort(newestFirst)
      if (query.order === 'oldest') found.reverse()
      const { after } = query
      const start = after ? found.findIndex(({ workflowId }) => workflowId === after.workflowId) + 1 : 0
      return found.slice(start, start + query.limit).map(toSummary)
    },
    states: async (workflowIds) =>
      workflowIds.flatMap((id) => {
        const workflow = entries.get(id)?.rows.workflow
        if (!workflow) return []
        const { workflowId, name, status, queue, application, version } = workflow
        return [{ workflowId, name, status, queue, application, version, updatedAt: new Date(0) }]
      }),
    stepBounds: async (workflowIds) =>
      workflowIds.flatMap((id) => {
        const rows = entries.get(id)?.rows
        return rows ? stepBoundsOf(rows) : []
      }),
    countBy: async (filter, field) => {
      const counts = new Map<string | null, number>()
      for (const { rows } of entries.values()) {
        if (!isLetThrough(rows, filter)) continue
        const value = fieldOf(rows, field)
        counts.set(value, (counts.get(value) ?? 0) + 1)
      }
      return [...counts]
        .map(([value, count]) => ({ value, count }))
        .sort((a, b) => b.count - a.count || ((a.value ?? '\uffff') < (b.value ?? '\uffff') ? -1 : 1))
    },
    descendants: async (workflowIds) => {
      const found = new Set<string>()
      let parents = workflowIds
      while (parents.length > 0) {
        parents = [...entries.values()]
          .filter(({ rows }) => rows.parentId !== null && parents.includes(rows.parentId))
          .map(({ rows }) => rows.workflow.workflowId)
          .filter((id) => !found.has(id))
        for (const id of parents) found.add(id)
      }
      return [...found].sort()
    },
    weigh: async (workflowIds) => {
      const found = workflowIds.flatMap((id) => entries.get(id)?.rows ?? [])
      const sum = (count: (rows: FakeRows) => number) => found.reduce((total, rows) => total + count(rows), 0)
      return {
        steps: sum(({ steps }) => steps.length),
        streamValues: sum(({ streams }) => streams.length),
        messages: sum(({ messages }) => messages.length),
        payloadBytes: sum(({ workflow }) => JSON.stringify(workflow.input).length),
      }
    },
    manage: async (verb, targets) => {
      managed.push({ verb, targets })
      const table = {
        get: (id: string) => entries.get(id)?.rows,
        remove: (id: string) => void entries.delete(id),
        add: (copy: FakeWorkflow) => add({ ...copy, createdAt: readClock(), recoveryAttempts: 0 }),
      }
      const results = targets.map((target) => manageFake(table, verb, target))
      happened()
      return results
    },
    get: async (workflowId) => entries.get(workflowId)?.rows.workflow,
    findByPrefix: async (prefix, limit) =>
      [...entries.keys()]
        .filter((id) => id.startsWith(prefix))
        .sort()
        .slice(0, limit),
    steps: async (workflowId) =>
      (entries.get(workflowId)?.rows.steps ?? []).map((step) => asTold(step, readClock())),
    events: async (workflowId) => {
      const latest = new Map((entries.get(workflowId)?.rows.events ?? []).map((event) => [event.key, event]))
      return [...latest.values()]
        .map(({ key, value, at }) => ({ workflowId, key, value, at }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
    },
    streams: async (workflowId) => {
      const written = entries.get(workflowId)?.rows.streams ?? []
      return [...new Set(written.map(({ key }) => key))].sort().map((key) => {
        const values = written.filter((row) => row.key === key)
        const count = values.filter((row) => 'value' in row).length
        return { key, count, closed: count < values.length }
      })
    },
    streamKeys: async (workflowId) =>
      (await store.streams(workflowId)).map(({ key, closed }) => ({ key, closed })),
    streamValues: (workflowId, key, { from = 0 } = {}) =>
      readValues(entries.get(workflowId)?.rows.streams ?? [], workflowId, key, from),
    offsetOfLast: async (workflowId, key, count) => {
      const rows = (entries.get(workflowId)?.rows.streams ?? []).filter(
        (row) => row.key === key && row.value !== undefined,
      )
      return rows.at(-count)?.offset ?? 0
    },
    messages: async (workflowId) => (entries.get(workflowId)?.rows.messages ?? []).map(withoutId),
    existing: async (workflowIds) => workflowIds.filter((id) => entries.has(id)),
    waits: async (workflowIds) =>
      workflowIds.flatMap((id) => {
        const entry = entries.get(id)
        return entry ? waitsOf(entry.rows, readClock()) : []
      }),
    lineage: async (workflowId) => {
      const rows = entries.get(workflowId)?.rows
      if (!rows) return undefined
      const { parentId, forkedFrom, attributes, schedule, user } = rows
      const forks = [...entries.values()]
        .filter((other) => other.rows.forkedFrom === workflowId)
        .map((other) => other.rows.workflow.workflowId)
      return {
        ...{ parentId, forkedFrom, forks, attributes, schedule, user },
        ...{ priority: 0, partition: null, deduplicationId: null },
        ...{ timeoutMs: null, deadlineAt: null, delayedUntil: null },
      }
    },
    children: async (workflowId) =>
      [...entries.values()]
        .filter(({ rows }) => rows.parentId === workflowId)
        .map(({ rows }) => toSummary(rows.workflow))
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),

    follow: (workflowIds, options) => follow(workflowIds, options),
    checkCursor: async (cursor, workflowId) => {
      if (!(workflowId in decodeCursor(cursor))) throw new CliError('invalid-argument', 'no cursor of this')
    },
    send: async (request) => {
      const { rows } = entryOf(request.workflowId)
      const key = request.idempotencyKey && `${request.idempotencyKey}::${request.workflowId}`
      const earlier = rows.messages.find((message) => message.messageId === key)
      if (earlier) {
        const isSame = earlier.topic === request.topic && isDeepStrictEqual(earlier.message, request.message)
        return isSame ? 'duplicate' : 'used-otherwise'
      }
      if (request.onlyActive && isEnded(rows.workflow.status)) return 'ended'
      sent.push(request)
      change(request.workflowId, () => {
        deliver(rows, request.topic, request.message, readClock(), request.idempotencyKey)
      })
      return 'sent'
    },
    decide: async (decision) => {
      decided.push(decision)
      return record.decide(entryOf(decision.wait.workflowId).rows, decision)
    },
    waitAt: async (workflowId, step) => {
      const rows = entries.get(workflowId)?.rows
      return rows && waitsOf(rows, readClock(), step)[0]
    },
    lastDecided: async (workflowId, options) =>
      record.lastDecided(entries.get(workflowId)?.rows.messages ?? [], workflowId, options),
    decisions: async (query) => record.list(query),
    verifyRecord: async (range) => record.verify(allRows(), range),
    createRecord: async (setup) => record.create(setup),
    inbox: async ({ name, before, limit }) => {
      const waits = [...entries.values()]
        .filter(({ rows }) => rows.workflow.status !== 'DELAYED' && isNamed(rows.workflow, name))
        .flatMap(({ rows }): NamedWait[] =>
          waitsOf(rows, readClock()).map((wait) => ({ ...wait, name: rows.workflow.name })),
        )
        .filter(({ since }) => since <= (before ?? since))
        .sort((a, b) => a.since.getTime() - b.since.getTime() || (a.workflowId < b.workflowId ? -1 : 1))
      return { waits: waits.slice(0, limit), total: waits.length }
    },
    watchInbox: async function* (query, { signal }) {
      let shown = ''
      while (!closed && !signal.aborted) {
        const inbox = await store.inbox(query)
        if (JSON.stringify(inbox) !== shown) {
          shown = JSON.stringify(inbox)
          yield inbox
        } else {
          await untilSomethingHappens(signal)
        }
      }
    },
    learnAnswers: async (waits) => {
      const wanted = new Set(waits.map(waitKey))
      const answers = [...entries.values()]
        .filter(({ rows }) => rows.workflow.completedAt !== null)
        .sort((a, b) => Number(b.rows.workflow.completedAt) - Number(a.rows.workflow.completedAt))
        .flatMap(({ rows }) =>
          rows.messages.flatMap(({ readByStep: step, topic, message }) =>
            step === null ? [] : [{ name: rows.workflow.name, step, topic, message }],
          ),
        )
        .filter((answer) => wanted.has(waitKey(answer)))
      return answers.filter(
        (answer, index) => answers.findIndex((other) => waitKey(other) === waitKey(answer)) === index,
      )
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
    origins: async (name) => {
      const origins = [...entries.values()]
        .map(({ rows }) => rows.workflow)
        .filter((workflow) => workflow.name === name)
        .sort((a, b) => Number(isQueued(a)) - Number(isQueued(b)) || newestFirst(a, b))
        .map(toOrigin)
      return origins.filter(
        (origin, index) => origins.findIndex((other) => isDeepStrictEqual(other, origin)) === index,
      )
    },
    lastRanPortable: async (name) => options.portableNames?.includes(name) ?? false,
    knownNames: async (limit) => {
      const newest = [...entries.values()].map(({ rows }) => rows.workflow).sort(newestFirst)
      return [...new Set(newest.map(({ name }) => name))].slice(0, limit)
    },
    scanExecutors: async () => ({
      at: readClock(),
      obstacle: null,
      unsettledMs: 0,
      deadExecutors: goneAmong([...entries.values()], gone, doubts),
      unclaimed: unclaimedAmong([...entries.values()], liveExecutors() ?? []),
      ...scan,
    }),
    moveToVersion: async ({ application, version, toVersion, workflowIds }) => {
      const groups = unclaimedAmong([...entries.values()], liveExecutors() ?? [])
      const isFree = groups.some((one) => one.application === application && one.version === version)
      const left = [...entries.values()].filter(
        ({ rows: { workflow } }) =>
          isFree &&
          isQueued(workflow) &&
          workflow.application === application &&
          workflow.version === version &&
          workflowIds.includes(workflow.workflowId),
      )
      for (const { rows } of left) rows.workflow = { ...rows.workflow, version: toVersion }
      happened()
      return left.map(({ rows }) => rows.workflow.workflowId).sort()
    },
    handOver: async ({ executorId, toVersion, workflowIds }) => {
      const left = [...entries.values()].filter(
        ({ rows: { workflow } }) =>
          gone.includes(executorId) &&
          workflow.status === 'PENDING' &&
          workflow.executorId === executorId &&
          (workflowIds?.includes(workflow.workflowId) ?? true),
      )
      for (const { rows } of left) {
        const { queue, version } = rows.workflow
        rows.workflow = {
          ...rows.workflow,
          status: 'ENQUEUED',
          queue: queue ?? internalQueue,
          version: toVersion ?? version,
          startedAt: null,
        }
      }
      happened()
      return left.map(({ rows }) => rows.workflow.workflowId).sort()
    },
    ...createFakePlatform(() => [...entries.values()].map(({ rows }) => rows), {
      queues,
      versions,
      schedules,
    }),
    executors: async () => liveExecutors(),
    situation: async (workflowId) => {
      const rows = entries.get(workflowId)?.rows
      return (
        rows && situationOf(rows, outlookOf, { all: allRows(), now: readClock(), executors: liveExecutors() })
      )
    },
    outlook: async (place) => outlookOf(place),
    health: async () => ({
      ...healthOf(allRows(), readClock()),
      hasRecord: record.isThere,
      ...options.health,
    }),
    clock: async () => readClock(),
    close: async () => {
      closed = true
      happened()
    },
  }

  const allRows = () => [...entries.values()].map(({ rows }) => rows)

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

  function untilSomethingHappens(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        sleepers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      sleepers.add(wake)
      signal.addEventListener('abort', wake)
      if (signal.aborted) wake()
    })
  }

  async function* follow(workflowIds: readonly string[], options: FollowOptions): AsyncGenerator<Change> {
    const wanted = (type: ChangeType): boolean => options.types?.includes(type) ?? true
    const positions: Record<string, Position> = options.from ? decodeCursor(options.from) : {}
    for (const id of workflowIds) {
      entryOf(id)
      positions[id] ??= { logged: 0, status: '', waits: '[]' }
    }
    const finish = (id: string, draft: Draft): Change => ({
      ...draft,
      cursor: Buffer.from(JSON.stringify(positions)).toString('base64url'),
      workflowId: id,
    })
    while (!closed && !options.signal.aborted) {
      const ended: string[] = []
      for (const id of Object.keys(positions)) {
        const { rows, log } = entryOf(id)
        const position = positions[id]
        if (!position) continue
        const isNew = position.status === ''
        const current = statusOf(rows.workflow)
        if (isNew || (position.status !== current && !isEnded(rows.workflow.status))) {
          const workflow = beforeItsEnd(rows.workflow)
          position.status = statusOf(workflow)
          if (wanted('status')) yield finish(id, { type: 'status', at: workflow.createdAt, workflow })
        }
        const isCaughtUp = options.latestEvents && isNew ? log.length : 0
        while (position.logged < log.length) {
          const draft = log[position.logged++]
          if (!draft || !wanted(draft.type)) continue
          if (draft.type === 'event' && isOvertaken(draft, log.slice(position.logged, isCaughtUp))) continue
          if (options.streamKeys && 'key' in draft && draft.type !== 'event') {
            if (!options.streamKeys.includes(draft.key)) continue
          }
          if (draft.type === 'stream' && draft.offset < (options.streamStarts?.get(draft.key) ?? 0)) continue
          yield finish(id, draft.type === 'step' ? toldStep(draft, readClock()) : draft)
          if (draft.type === 'child' && options.children && entries.has(draft.childId)) {
            positions[draft.childId] ??= { logged: 0, status: '', waits: '[]' }
          }
        }
        const waits = waitsOf(rows, readClock())
        if (JSON.stringify(waits) !== position.waits) {
          position.waits = JSON.stringify(waits)
          if (wanted('waits')) yield finish(id, { type: 'waits', at: readClock(), waits })
        }
        if (isEnded(rows.workflow.status)) ended.push(id)
      }
      for (const id of ended) {
        const { workflow } = entryOf(id).rows
        const position = positions[id]
        if (!position || position.status === statusOf(workflow)) continue
        position.status = statusOf(workflow)
        if (wanted('status')) {
          yield finish(id, { type: 'status', at: workflow.completedAt ?? readClock(), workflow })
        }
      }
      const states = Object.entries(positions)
      if (states.every(([id, { status }]) => isEnded(entryOf(id).rows.workflow.status) && status !== ''))
        return
      if (
        states.some(([id, { logged, status }]) => {
          const { rows, log } = entryOf(id)
          return logged < log.length || status !== statusOf(rows.workflow)
        })
      ) {
        continue
      }
      await untilSomethingHappens(options.signal)
    }
  }

  return store
}

async function* readValues(
  rows: FakeRows['streams'],
  workflowId: string,
  key: string,
  from: number,
): AsyncGenerator<readonly StreamValue[]> {
  yield rows.flatMap((row) => {
    if (row.key !== key || row.offset < from || row.value === undefined) return []
    return { workflowId, key, offset: row.offset, value: row.value }
  })
}

interface Snapshot {
  readonly steps: ReadonlySet<number>
  readonly events: number
  readonly streams: number
  readonly messages: readonly FakeRows['messages'][number][]
}

function snapshot({ steps, events, streams, messages }: FakeRows): Snapshot {
  return {
    steps: new Set(steps.map(({ step }) => step)),
    events: events.length,
    streams: streams.length,
    messages: [...messages],
  }
}

function differences(before: Snapshot, rows: FakeRows): Draft[] {
  const at = new Date(rows.clock)
  const steps = rows.steps.filter(({ step }) => !before.steps.has(step))
  const arrived = rows.messages
    .slice(before.messages.length)
    .map((message) => ({ ...withoutId(message), read: false, readByStep: null }))
  const read = rows.messages.filter((message, index) => message.read && !before.messages[index]?.read)
  return [
    ...rows.events.slice(before.events).map(({ key, value }) => ({ type: 'event' as const, at, key, value })),
    ...rows.streams
      .slice(before.streams)
      .map(({ key, offset, value }) =>
        value === undefined
          ? { type: 'stream-closed' as const, at, key }
          : { type: 'stream' as const, at, key, offset, value },
      ),
    ...arrived.map((message) => ({ type: 'message' as const, at: message.sentAt, message })),
    ...read.map((message) => ({ type: 'message' as const, at, message: withoutId(message) })),
    ...steps.flatMap(({ childId, name }) => (childId ? [{ type: 'child' as const, at, childId, name }] : [])),
    ...steps.map((step) => ({ type: 'step' as const, at: step.completedAt ?? at, step })),
  ]
}

function toldStep(draft: Draft & { readonly type: 'step' }, now: Date): Draft {
  const step = asTold(draft.step, now)
  return { ...draft, step, at: step.completedAt ?? step.startedAt ?? draft.at }
}

function isOvertaken({ key }: Draft & { readonly type: 'event' }, later: readonly Draft[]): boolean {
  return later.some((other) => other.type === 'event' && other.key === key)
}

/** A workflow that ended before it was followed is replayed from its start; payloads come with the end. */
function beforeItsEnd(workflow: Workflow): Workflow {
  const hasRun = workflow.startedAt !== null || workflow.queue === null
  const status = isEnded(workflow.status) ? (hasRun ? 'PENDING' : 'ENQUEUED') : workflow.status
  return { ...workflow, status, completedAt: null, input: null, output: null, error: null }
}

function statusOf({ status, executorId, recoveryAttempts }: Workflow): string {
  return `${status}|${executorId ?? ''}|${recoveryAttempts}`
}

function goneAmong(
  entries: readonly Entry[],
  gone: readonly string[],
  doubts: readonly string[],
): DeadExecutor[] {
  const left = entries
    .map(({ rows }) => rows.workflow)
    .filter(({ status, executorId }) => status === 'PENDING' && gone.includes(executorId ?? ''))
  const keys = new Set(left.map((one) => JSON.stringify([one.executorId, one.application, one.version])))
  return [...keys].map((key) => {
    const [executorId, application, version] = JSON.parse(key)
    const mine = left.filter((one) => JSON.stringify([one.executorId, one.application, one.version]) === key)
    return {
      executorId,
      application,
      version,
      workflowCount: mine.length,
      since: mine[0]?.startedAt ?? null,
      evidence: [`no session is named dbos_transact_${executorId}_…`],
      doubts: executorId.startsWith('drover-') ? [] : doubts,
    }
  })
}

function unclaimedAmong(entries: readonly Entry[], executors: readonly LiveExecutor[]): UnclaimedVersion[] {
  const queued = entries.map(({ rows }) => rows.workflow).filter(isQueued)
  const keyOf = ({ application, version }: Workflow) => JSON.stringify([application, version])
  return [...new Set(queued.map(keyOf))].flatMap((key) => {
    const [application, version] = JSON.parse(key)
    if (version === null || eligibleExecutors(executors, { application, version }).length > 0) return []
    const workflows = queued.filter((one) => keyOf(one) === key)
    const since = new Date(Math.min(...workflows.map(({ createdAt }) => createdAt.getTime())))
    return [{ application, version, workflowCount: workflows.length, since, doubts: [] }]
  })
}

function newestFirst(a: WorkflowSummary, b: WorkflowSummary): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.workflowId < b.workflowId ? 1 : -1)
}

function toSummary({ input, output, error, ...summary }: Workflow): WorkflowSummary {
  return summary
}

function isQueued({ status }: WorkflowSummary): boolean {
  return status === 'ENQUEUED' || status === 'DELAYED'
}

function toOrigin({ className, configName, queue, application }: Workflow): WorkflowOrigin {
  return { className, configName, queue, application }
}

function withoutId({ messageId, ...message }: FakeRows['messages'][number]) {
  return message
}

function decodeCursor(cursor: string): Record<string, Position> {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
}

function notFound(workflowId: string): CliError {
  return new CliError('workflow-not-found', `No workflow ${workflowId} in fake database.`, {
    hint: 'drover list',
  })
}
