import { type Cause, findObstacles } from './diagnose.ts'
import { type ApplicationVersion, latestVersionOf } from './platform.ts'
import type { RecoverySight } from './recovery.ts'
import { isSilent, type LiveExecutor, type Outlook } from './situation.ts'

/** What waits on one queue for one version of one application. */
export interface Backlog {
  readonly queue: string
  readonly application: string | null
  readonly version: string | null
  readonly count: number
  readonly oldestId: string
  readonly oldestAt: Date
}

/** Some workflows, and how many there are, up to what was worth counting. */
export interface Sample {
  readonly count: number
  readonly ids: readonly string[]
}

/** What the server and the system tables tell about themselves. */
export interface ServerHealth {
  /** Such as `18.4`. */
  readonly serverVersion: string
  readonly now: Date
  /** Of the tables; null where they do not tell. */
  readonly migration: number | null
  /** A notification arrived that was sent for that. */
  readonly isListening: boolean
  /** Something between us and the server answers for it. */
  readonly isPooled: boolean
  readonly seesSessions: boolean
  /** What this role may not write, by table. */
  readonly notWritable: readonly string[]
  readonly role: string
  /** ENQUEUED for a while, the oldest first. */
  readonly backlog: readonly Backlog[]
  /** Given up after too many recoveries. */
  readonly dead: Sample
  /** Ended workflows to which messages were sent that nobody read. */
  readonly unreadAfterEnd: Sample
}

export interface Checkup {
  readonly server: ServerHealth
  readonly roundTripMs: number
  /** The database's clock minus ours. */
  readonly clockDifferenceMs: number
  readonly executors: readonly LiveExecutor[] | undefined
  readonly versions: readonly ApplicationVersion[]
  readonly sight: RecoverySight
  /** Of the queues of the backlog, in its order. */
  readonly outlooks: readonly Outlook[]
}

type Verdict = 'ok' | 'warn' | 'fail'

/** What one look at one thing gave; what it is worth is decided here, and said elsewhere. */
export type Finding = { readonly verdict: Verdict } & (
  | { readonly check: 'database'; readonly serverVersion: string; readonly roundTripMs: number }
  | { readonly check: 'schema'; readonly migration: number | null }
  | { readonly check: 'listen'; readonly isListening: boolean; readonly isPooled: boolean }
  | {
      readonly check: 'privileges'
      readonly seesSessions: boolean
      readonly notWritable: readonly string[]
      readonly role: string
    }
  | { readonly check: 'clock'; readonly differenceMs: number }
  | {
      readonly check: 'workers'
      readonly live: readonly LiveExecutor[] | undefined
      readonly silent: readonly LiveExecutor[]
    }
  | { readonly check: 'versions'; readonly overtaken: readonly Overtaken[]; readonly live: readonly string[] }
  | {
      readonly check: 'orphans'
      readonly count: number
      readonly executorIds: readonly string[]
      readonly obstacle: string | null
    }
  | { readonly check: 'stuck'; readonly stuck: readonly Stuck[] }
  | { readonly check: 'dead'; readonly sample: Sample }
  | { readonly check: 'unread'; readonly sample: Sample }
)

/** An application whose latest version nobody runs. */
export interface Overtaken {
  readonly application: string
  readonly latest: string
  readonly live: readonly string[]
}

export interface Stuck {
  readonly backlog: Backlog
  readonly cause: Cause
}

/** The migration with which workflows have a column that the client of our SDK writes. */
const currentMigration = 123
const clockToleranceMs = 2000

export function examine(checkup: Checkup): readonly Finding[] {
  const { server, roundTripMs, clockDifferenceMs, executors, sight, outlooks } = checkup
  const { serverVersion, migration, isListening, isPooled, seesSessions, notWritable, role } = server
  const silent = executors?.filter((executor) => isSilent(executor, server.now)) ?? []
  const stuck = findStuck(server.backlog, outlooks)
  const overtaken = findOvertaken(checkup)
  const orphans = sight.gone.reduce((sum, { workflowCount }) => sum + workflowCount, 0)
  return [
    { check: 'database', verdict: 'ok', serverVersion, roundTripMs },
    {
      check: 'schema',
      verdict: migration !== null && migration < currentMigration ? 'warn' : 'ok',
      migration,
    },
    { check: 'listen', verdict: isListening ? 'ok' : 'warn', isListening, isPooled },
    {
      check: 'privileges',
      verdict: seesSessions && notWritable.length === 0 ? 'ok' : 'warn',
      seesSessions,
      notWritable,
      role,
    },
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
    },
    {
      check: 'versions',
      verdict: overtaken.length > 0 ? 'warn' : 'ok',
      overtaken,
      live: [...new Set((executors ?? []).map(({ version }) => version).filter((version) => version !== ''))],
    },
    {
      check: 'orphans',
      verdict: orphans > 0 ? 'fail' : sight.obstacle === null ? 'ok' : 'warn',
      count: orphans,
      executorIds: sight.gone.map(({ executorId }) => executorId),
      obstacle: sight.obstacle,
    },
    { check: 'stuck', verdict: stuck.length > 0 ? 'fail' : 'ok', stuck },
    { check: 'dead', verdict: server.dead.count > 0 ? 'warn' : 'ok', sample: server.dead },
    {
      check: 'unread',
      verdict: server.unreadAfterEnd.count > 0 ? 'warn' : 'ok',
      sample: server.unreadAfterEnd,
    },
  ]
}

function findStuck(backlog: readonly Backlog[], outlooks: readonly Outlook[]): Stuck[] {
  return backlog.flatMap((one, index) => {
    const outlook = outlooks[index]
    // Whether it has a partition is of each workflow, and `explain` looks at that.
    const [cause] = outlook
      ? findObstacles(outlook, { application: one.application, version: one.version, partition: '' })
      : []
    return cause ? [{ backlog: one, cause }] : []
  })
}

function findOvertaken({ executors, versions }: Checkup): Overtaken[] {
  const named = (executors ?? []).filter(({ application, version }) => application !== null && version !== '')
  const applications = [...new Set(named.map(({ application }) => application ?? ''))]
  return applications.flatMap((application) => {
    const latest = latestVersionOf(versions, application)
    const live = [
      ...new Set(named.filter((one) => one.application === application).map(({ version }) => version)),
    ]
    return latest === undefined || live.includes(latest) ? [] : [{ application, latest, live }]
  })
}
