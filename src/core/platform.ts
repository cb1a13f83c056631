import type { JsonValue } from './workflow.ts'

/** A version of an application, as a runtime registered it when it launched. */
export interface ApplicationVersion {
  readonly version: string
  /** Null where an SDK before 4.27 registered it. */
  readonly application: string | null
  readonly registeredAt: Date
  /** The one that executors of this application take for workflows that name no version. */
  readonly isLatest: boolean
}

/** How many rows of DBOS's tables belong to an application. */
export interface ApplicationRows {
  readonly queues: number
  readonly schedules: number
  readonly versions: number
  readonly workflows: number
  readonly steps: number
}

export interface RenameRequest {
  readonly from: string
  readonly to: string
  /** With what belongs to no application, as SDKs before 4.27 wrote it. */
  readonly adoptsUnclaimed: boolean
}

export interface VersionTotals {
  readonly isEstimate: boolean
  readonly countByVersion: ReadonlyMap<string, number>
}

export interface RateLimit {
  readonly max: number
  readonly periodMs: number
}

export interface QueueSettings {
  /** How many run at once, in all and in each executor; null for no limit. */
  readonly concurrency: number | null
  readonly workerConcurrency: number | null
  readonly rateLimit: RateLimit | null
  /** The same for each partition; any of them makes the queue a partitioned one. */
  readonly partitionConcurrency: number | null
  readonly partitionWorkerConcurrency: number | null
  readonly partitionRateLimit: RateLimit | null
  readonly pollMs: number
}

export type QueueCount =
  | 'concurrency'
  | 'workerConcurrency'
  | 'partitionConcurrency'
  | 'partitionWorkerConcurrency'

/** The first is of a part of what the second is of, and DBOS refuses one that is larger. */
const nested: readonly (readonly [part: QueueCount, whole: QueueCount])[] = [
  ['workerConcurrency', 'concurrency'],
  ['partitionConcurrency', 'concurrency'],
  ['partitionWorkerConcurrency', 'partitionConcurrency'],
  ['partitionWorkerConcurrency', 'workerConcurrency'],
  ['partitionWorkerConcurrency', 'concurrency'],
]

/** Two of the counts that become these, and the part is more than the whole. `stored` is what the queue has so far. */
export function findContradiction(
  settings: Partial<QueueSettings>,
  stored: Partial<QueueSettings> = {},
): { readonly part: QueueCount; readonly whole: QueueCount } | undefined {
  const all = { ...stored, ...settings }
  const found = nested.find(
    ([part, whole]) =>
      (settings[part] !== undefined || settings[whole] !== undefined) &&
      (all[part] ?? 0) > (all[whole] ?? Number.POSITIVE_INFINITY),
  )
  return found && { part: found[0], whole: found[1] }
}

/** Workers take nothing from a queue: `worker_concurrency` is 0. */
export interface QueuePause {
  /** Null where it is not on record: the limit was set to 0 by other means. */
  readonly since: Date | null
  /** What each worker may run at once when it is resumed, null for no limit; undefined where it is not on record. */
  readonly workerConcurrency: number | null | undefined
  /** Workers that restart write their limits anew; a trigger keeps the queue paused all the same. */
  readonly isGuarded: boolean
  /** A worker that restarted ended it: things are taken. */
  readonly isOver: boolean
}

/** `in-code`: workflows are on it, and no table has it: its application made it in its source. */
export type PauseOutcome =
  | { readonly outcome: 'paused'; readonly workerConcurrency: number | null; readonly guard: PauseGuard }
  | { readonly outcome: 'paused-already' | 'in-code' | 'not-found' }

/** `none`: this role may create nothing, and who pauses has to remember the limit. `record`: the limit is on record. */
export type PauseGuard = 'trigger' | 'record' | 'none'

/** `ended-before`: a worker that restarted had ended the pause. `limit-unknown`: nothing tells what limit it had. */
export type ResumeOutcome = 'resumed' | 'ended-before' | 'limit-unknown' | 'not-paused' | 'not-found'

/** What waited on a queue, at as many moments as were asked for, the last one now. */
export interface QueueHistory {
  readonly waiting: readonly number[]
  /** How long the oldest had waited, in milliseconds; null where none did. */
  readonly oldestMs: readonly (number | null)[]
}

export interface QueueHistoryQuery {
  readonly stepMs: number
  readonly count: number
}

/** A registered queue, and what is on it. */
export interface Queue extends QueueSettings {
  readonly name: string
  /** Whether it takes only what is enqueued with a partition. */
  readonly isPartitioned: boolean
  /** The application whose executors poll it; null for all of them. */
  readonly application: string | null
  readonly enqueued: number
  readonly delayed: number
  readonly running: number
  /** When the oldest of those that wait was enqueued. */
  readonly oldestAt: Date | null
  /** Null while workers take from it, and nothing else is on record. */
  readonly pause: QueuePause | null
}

export interface Schedule {
  readonly name: string
  /** The workflow that it starts. */
  readonly workflow: string
  readonly cron: string
  /** Null for the time zone of each executor. */
  readonly timezone: string | null
  readonly status: 'ACTIVE' | 'PAUSED'
  readonly application: string | null
  readonly queue: string | null
  readonly lastFiredAt: Date | null
  /** The next times; empty while it is paused, and where the expression cannot be read. */
  readonly nextAt: readonly Date[]
}

/** What of a schedule can be changed. */
export interface ScheduleDefinition {
  /** As DBOS reads it: five fields, or six with the seconds first. */
  readonly cron: string
  /** The second argument of each run, behind its time; undefined for none. */
  readonly context: JsonValue | undefined
  /** Null for the time zone of each executor. */
  readonly timezone: string | null
  readonly queue: string | null
  /** Whether executors start what was missed while none of them ran. */
  readonly automaticBackfill: boolean
}

export interface NewSchedule extends ScheduleDefinition {
  readonly workflow: string
  readonly className: string | null
  readonly application: string | null
}

/** What a list of schedules leaves out. */
export type ScheduleOptions = Pick<NewSchedule, 'className' | 'context' | 'automaticBackfill'>

/** From `since` on, and before `until`. */
export interface TimeRange {
  readonly since: Date
  readonly until: Date
}

export type PlatformResult = 'changed' | 'no-op' | 'not-found'

/** What DBOS keeps besides workflows. */
export interface Platform {
  /** The newest first. */
  versions(): Promise<readonly ApplicationVersion[]>
  /** How many workflows belong to each version. Of a large table what Postgres estimates, without the rare ones. */
  versionTotals(): Promise<VersionTotals>
  /** Makes it the latest one of its application. */
  promoteVersion(version: string): Promise<PlatformResult>
  /** Counts them all. Of one, or of none with null. */
  applicationRows(application: string | null): Promise<ApplicationRows>
  /** What it gave to the new name; what is left where it was interrupted, the next time. Throws `schema-unsupported`. */
  renameApplication(request: RenameRequest): Promise<ApplicationRows>
  /** By name. */
  queues(): Promise<readonly Queue[]>
  /** Without limits and with a poll of 1 s, but for `settings`. `no-op` when a queue of that name is there already. */
  createQueue(
    name: string,
    application: string | null,
    settings: Partial<QueueSettings>,
  ): Promise<PlatformResult>
  setQueue(name: string, settings: Partial<QueueSettings>): Promise<PlatformResult>
  pauseQueue(name: string): Promise<PauseOutcome>
  /** Gives it the limit that it had, or this one, null for none. */
  resumeQueue(name: string, workerConcurrency?: number | null): Promise<ResumeOutcome>
  /**
   * By name, of queues on which something waited. What was enqueued again counts from when it was created, and what was
   * cancelled while it waited is not known any more. Source: `workflow_status`.
   */
  queueHistory(query: QueueHistoryQuery): Promise<ReadonlyMap<string, QueueHistory>>
  /** `no-op` while something waits or runs on it. */
  deleteQueue(name: string): Promise<PlatformResult>
  /** By name. */
  schedules(): Promise<readonly Schedule[]>
  /** Undefined where there is no such schedule. Source: `workflow_schedules`. */
  scheduleOptions(name: string): Promise<ScheduleOptions | undefined>
  setSchedule(name: string, status: Schedule['status']): Promise<PlatformResult>
  /** Starts its workflow now; the id, undefined where there is no such schedule. */
  triggerSchedule(name: string): Promise<string | undefined>
  /** `no-op` when a schedule of that name is there already. Throws `invalid-argument` for a cron or a time zone that DBOS cannot read. */
  createSchedule(name: string, schedule: NewSchedule): Promise<PlatformResult>
  /** What is not given stays. Throws as `createSchedule`. */
  updateSchedule(name: string, changes: Partial<ScheduleDefinition>): Promise<PlatformResult>
  deleteSchedule(name: string): Promise<PlatformResult>
  /** When it comes, the earliest first; empty for an expression that DBOS cannot read, or that never comes true. */
  scheduleTimes(
    schedule: Pick<Schedule, 'cron' | 'timezone'>,
    range: Pick<TimeRange, 'since'> & { readonly until?: Date; readonly limit: number },
  ): Promise<readonly Date[]>
  /**
   * Starts the runs of this time under the ids that executors give them; those that are there are left alone. The ids of all
   * of them, or as far as it came before `signal`; undefined where there is no such schedule.
   */
  backfillSchedule(
    name: string,
    range: TimeRange,
    signal?: AbortSignal,
  ): Promise<readonly string[] | undefined>
}

/** The version that is the latest for this application. */
export function latestVersionOf(
  versions: readonly ApplicationVersion[],
  application: string | null,
): string | undefined {
  const own = versions.filter((one) => one.application === null || one.application === application)
  return own.reduce<ApplicationVersion | undefined>(
    (latest, one) => (latest && latest.registeredAt >= one.registeredAt ? latest : one),
    undefined,
  )?.version
}
