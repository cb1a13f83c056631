import { knownMigration } from '../dbos-names.ts'
import type { ApplicationVersion, Queue, QueuePause } from '../platform.ts'
import type { Cause } from './cause.ts'
import { diagnose } from './diagnose.ts'
import { eligibleExecutors } from './eligible-executors.ts'
import type { Misdirected } from './misdirected.ts'
import { findOvertaken, type Overtaken } from './overtaken.ts'
import type { DeadExecutor, RecoveryScan } from './recovery.ts'
import type { Sample, ServerHealth, Standing } from './server-health.ts'
import { isSilent, type LiveExecutor, type Situation } from './situation.ts'

export interface Checkup {
  readonly server: ServerHealth
  readonly roundTripMs: number
  /** The database's clock minus ours. */
  readonly clockDifferenceMs: number
  readonly executors: readonly LiveExecutor[] | undefined
  readonly versions: readonly ApplicationVersion[]
  readonly scan: RecoveryScan
  /** Of the oldest of what stands still. */
  readonly standing: readonly { readonly of: Standing; readonly situation: Situation }[]
  /** What nobody takes over, with one of its workflows. */
  readonly stranded: readonly { readonly executor: DeadExecutor; readonly workflowId: string }[]
  readonly misdirected: readonly Misdirected[]
  readonly queues: readonly Queue[]
  /** `needed`: drover does not create it by itself here, and refuses decisions without it. */
  readonly record: 'off' | 'by-itself' | 'needed'
}

/** An SDK before it cannot be launched in a process of drover's. */
const firstMigrationOfSdk5 = 109

type Verdict = 'ok' | 'warn' | 'fail'

/** What one look at one thing gave; what it is worth is decided here, and said elsewhere. */
export type Finding = { readonly verdict: Verdict } & (
  | {
      readonly check: 'database'
      readonly serverVersion: string
      readonly roundTripMs: number
      readonly isReplica: boolean
    }
  | { readonly check: 'schema'; readonly migration: number | null }
  | {
      readonly check: 'listen'
      readonly isListening: boolean
      readonly isPooled: boolean
      readonly isReplica: boolean
    }
  | {
      readonly check: 'privileges'
      readonly seesSessions: boolean
      readonly mayNot: ServerHealth['mayNot']
      readonly role: string
    }
  | { readonly check: 'login'; readonly role: string }
  | { readonly check: 'record'; readonly hasRecord: boolean; readonly record: Checkup['record'] }
  | { readonly check: 'index'; readonly statement: string }
  | { readonly check: 'clock'; readonly differenceMs: number }
  | {
      readonly check: 'workers'
      readonly live: readonly LiveExecutor[] | undefined
      readonly silent: readonly LiveExecutor[]
      readonly isBeforeSdk5: boolean
      readonly role: string
    }
  | {
      readonly check: 'versions'
      readonly overtaken: readonly Overtaken[]
      /** Undefined where nobody can be seen. */
      readonly live: readonly string[] | undefined
      /** Somebody lives who does not tell which one it runs. */
      readonly hasUntold: boolean
      readonly role: string
    }
  | {
      readonly check: 'orphans'
      readonly count: number
      readonly executorIds: readonly string[]
      readonly obstacle: string | null
      /** Where nobody runs their version: that, and one of them. */
      readonly stranded: { readonly version: string | null; readonly workflowId: string } | null
      readonly role: string
    }
  | { readonly check: 'stuck'; readonly stuck: Stuck | null }
  | { readonly check: 'dead'; readonly sample: Sample }
  | { readonly check: 'unread'; readonly sample: Sample }
  | { readonly check: 'topics'; readonly misdirected: Misdirected | null }
  | { readonly check: 'pauses'; readonly queue: Queue; readonly pause: QueuePause }
)

/** Workflows with the same cause, and the situation of the oldest. */
export interface Stuck {
  readonly of: Standing
  readonly cause: Cause
  readonly situation: Situation
}

const clockToleranceMs = 2000

/** What `doctor` says of what was looked at: one finding for each check, the server first. */
export function examine(checkup: Checkup): readonly Finding[] {
  const { server, roundTripMs, clockDifferenceMs, executors, record } = checkup
  const { serverVersion, migration, isListening, isPooled, isReplica } = server
  const { seesSessions, mayNot, role, hasRecord } = server
  const silent = executors?.filter((executor) => isSilent(executor, server.now)) ?? []
  const overtaken = findOvertaken(checkup)
  return [
    { check: 'database', verdict: isReplica ? 'warn' : 'ok', serverVersion, roundTripMs, isReplica },
    {
      check: 'schema',
      verdict: migration !== null && migration < knownMigration ? 'warn' : 'ok',
      migration,
    },
    { check: 'listen', verdict: isListening ? 'ok' : 'warn', isListening, isPooled, isReplica },
    {
      check: 'privileges',
      // A role that decides need not send or start anything.
      verdict: seesSessions && !mayNot.includes('approve') ? 'ok' : 'warn',
      seesSessions,
      mayNot,
      role,
    },
    ...(server.asksForMd5 ? [{ check: 'login', verdict: 'warn', role } as const] : []),
    { check: 'record', verdict: hasRecord || record !== 'needed' ? 'ok' : 'warn', hasRecord, record },
    ...(server.missingIndex === null
      ? []
      : [{ check: 'index', verdict: 'warn', statement: server.missingIndex } as const]),
    {
      check: 'clock',
      verdict: Math.abs(clockDifferenceMs) > clockToleranceMs + roundTripMs ? 'warn' : 'ok',
      differenceMs: clockDifferenceMs,
    },
    {
      check: 'workers',
      verdict: silent.length > 0 ? 'fail' : executors && executors.length > 0 ? 'ok' : 'warn',
      live: executors,
      silent,
      isBeforeSdk5: migration !== null && migration < firstMigrationOfSdk5,
      role,
    },
    {
      check: 'versions',
      verdict: executors === undefined || overtaken.length > 0 ? 'warn' : 'ok',
      overtaken,
      live: executors && [
        ...new Set(executors.map(({ version }) => version).filter((version) => version !== '')),
      ],
      hasUntold: executors?.some(({ version }) => version === '') ?? false,
      role,
    },
    ...findOrphans(checkup),
    ...findStuck(checkup),
    { check: 'dead', verdict: server.dead.count > 0 ? 'warn' : 'ok', sample: server.dead },
    {
      check: 'unread',
      verdict: server.unreadAfterEnd.count > 0 ? 'warn' : 'ok',
      sample: server.unreadAfterEnd,
    },
    ...findMisdirections(checkup),
    ...checkup.queues.flatMap((queue): Finding[] =>
      queue.pause ? [{ check: 'pauses', verdict: 'warn', queue, pause: queue.pause }] : [],
    ),
  ]
}

/** Of what dead executors left: nobody runs its version, so that `recover` alone would hand nothing over. */
export function findStranded(
  { deadExecutors: gone }: RecoveryScan,
  executors: Checkup['executors'],
): readonly DeadExecutor[] {
  return executors ? gone.filter((executor) => eligibleExecutors(executors, executor).length === 0) : []
}

function findOrphans({ server: { role }, scan, stranded }: Checkup): Finding[] {
  const left = scan.deadExecutors.filter((executor) => !stranded.some((other) => other.executor === executor))
  const toFinding = (gone: readonly DeadExecutor[], one: (typeof stranded)[number] | undefined): Finding => ({
    check: 'orphans',
    verdict: gone.length > 0 ? 'fail' : scan.obstacle === null ? 'ok' : 'warn',
    count: gone.reduce((sum, { workflowCount }) => sum + workflowCount, 0),
    executorIds: gone.map(({ executorId }) => executorId),
    obstacle: scan.obstacle,
    stranded: one ? { version: one.executor.version, workflowId: one.workflowId } : null,
    role,
  })
  const byVersion = new Map<string, (typeof stranded)[number][]>()
  for (const one of stranded) {
    const key = JSON.stringify([one.executor.application, one.executor.version])
    byVersion.set(key, [...(byVersion.get(key) ?? []), one])
  }
  const ofNobody = [...byVersion.values()].map((ones) =>
    toFinding(
      ones.map(({ executor }) => executor),
      ones[0],
    ),
  )
  return left.length > 0 || ofNobody.length === 0 ? [toFinding(left, undefined), ...ofNobody] : ofNobody
}

/** What goes on by itself, or is another check's. */
const notInVain: readonly Cause['kind'][] = ['delayed', 'due', 'queue-full', 'queue-paused']
/** The same on several queues is the same. */
const causesOfQueue: readonly Cause['kind'][] = [
  'queue-missing',
  'queue-elsewhere',
  'partition-missing',
  'not-polled',
  'not-taken',
]

/** One for each cause, as `explain` finds it. */
function findStuck({ standing }: Checkup): Finding[] {
  const found = new Map<string, Stuck>()
  for (const { of, situation } of standing) {
    const { workflow } = situation
    const [cause] = diagnose(situation).causes
    const isInVain =
      workflow.status === 'ENQUEUED'
        ? !notInVain.includes(cause.kind)
        : cause.kind === 'name-unproven' || cause.kind === 'name-unregistered'
    if (!isInVain) continue
    const subject =
      cause.kind === 'name-unproven'
        ? of.oldestId
        : causesOfQueue.includes(cause.kind)
          ? workflow.queue
          : null
    const key = JSON.stringify([cause, workflow.application, subject])
    const known = found.get(key)
    found.set(key, {
      situation,
      cause,
      ...known,
      of: { ...(known?.of ?? of), count: of.count + (known?.of.count ?? 0) },
    })
  }
  if (found.size === 0) return [{ check: 'stuck', verdict: 'ok', stuck: null }]
  return [...found.values()].map((stuck) => ({
    check: 'stuck',
    // Its first step may as well take long.
    verdict: stuck.cause.kind === 'name-unproven' ? 'warn' : 'fail',
    stuck,
  }))
}

function findMisdirections({ misdirected }: Checkup): Finding[] {
  if (misdirected.length === 0) return [{ check: 'topics', verdict: 'ok', misdirected: null }]
  return misdirected.map((one) => ({ check: 'topics', verdict: 'warn', misdirected: one }))
}
