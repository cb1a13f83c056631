import { TimeMatcher } from '@dbos-inc/dbos-sdk/internal/scheduler/crontab'
import { toScheduledId } from '../../src/core/dbos-names.ts'
import type {
  ApplicationVersion,
  PauseGuard,
  Platform,
  PlatformResult,
  Queue,
  QueueSettings,
  Schedule,
} from '../../src/core/platform.ts'
import type { FakeRows } from './fake-workflow.ts'

interface FakePlatformOptions {
  readonly queues: readonly string[]
  readonly versions: readonly ApplicationVersion[]
  readonly schedules: readonly Schedule[]
  readonly readClock: () => Date
  readonly pauseGuard?: PauseGuard
  /** Registered besides, and paused. */
  readonly pausedQueues?: readonly string[]
}

type RegisteredQueue = QueueSettings & Pick<Queue, 'name' | 'application' | 'pause'>

const noLimits: QueueSettings = {
  concurrency: null,
  workerConcurrency: null,
  rateLimit: null,
  partitionConcurrency: null,
  partitionWorkerConcurrency: null,
  partitionRateLimit: null,
  pollMs: 1000,
}

const scheduleTimes: Platform['scheduleTimes'] = async ({ cron, timezone }, { since, until, limit }) => {
  const matcher = new TimeMatcher(cron, timezone ?? undefined)
  const times: Date[] = []
  for (let at = new Date(+since - 1); times.length < limit; times.push(at)) {
    at = matcher.nextWakeupTime(at)
    if (until && at >= until) break
  }
  return times
}

/** Queues, schedules and versions in memory. */
export function createFakePlatform(
  rows: () => readonly FakeRows[],
  options: FakePlatformOptions,
): Platform & { hasQueue(name: string): Promise<boolean> } {
  const { readClock } = options
  const queues = new Map<string, RegisteredQueue>(
    options.queues.map((name) => [name, { name, application: null, pause: null, ...noLimits }]),
  )
  for (const name of options.pausedQueues ?? []) {
    const pause = { since: new Date(0), workerConcurrency: 2, isGuarded: true, isOver: false }
    queues.set(name, { name, application: null, ...noLimits, workerConcurrency: 0, pause })
  }
  const schedules = new Map(options.schedules.map((schedule) => [schedule.name, schedule]))
  let versions = [...options.versions]
  let triggered = 0

  const onQueue = (name: string) => rows().filter(({ workflow }) => workflow.queue === name)
  const toQueue = (queue: RegisteredQueue): Queue => {
    const count = (status: string) =>
      onQueue(queue.name).filter(({ workflow }) => workflow.status === status).length
    const waiting = onQueue(queue.name).filter(({ workflow }) => workflow.status === 'ENQUEUED')
    const oldest = waiting.map(({ workflow }) => workflow.createdAt).sort((a, b) => +a - +b)[0]
    const { partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit } = queue
    const limits = [partitionConcurrency, partitionWorkerConcurrency, partitionRateLimit]
    return {
      ...queue,
      isPartitioned: limits.some((limit) => limit !== null),
      enqueued: count('ENQUEUED'),
      delayed: count('DELAYED'),
      running: count('PENDING'),
      oldestAt: oldest ?? null,
    }
  }

  return {
    versions: async () => versions.toSorted((a, b) => +b.registeredAt - +a.registeredAt),
    versionTotals: async () => {
      const countByVersion = new Map<string, number>()
      for (const { workflow } of rows()) {
        if (workflow.version === null) continue
        countByVersion.set(workflow.version, (countByVersion.get(workflow.version) ?? 0) + 1)
      }
      return { isEstimate: false, countByVersion }
    },
    promoteVersion: async (version) => {
      const found = versions.find((one) => one.version === version)
      if (!found) return 'not-found'
      if (found.isLatest) return 'no-op'
      versions = versions.map((one) =>
        one.application === found.application
          ? { ...one, isLatest: one === found, ...(one === found && { registeredAt: new Date() }) }
          : one,
      )
      return 'changed'
    },
    applicationRows: async (application) => ({
      queues: [...queues.values()].filter((one) => one.application === application).length,
      schedules: [...schedules.values()].filter((one) => one.application === application).length,
      versions: versions.filter((one) => one.application === application).length,
      workflows: rows().filter(({ workflow }) => workflow.application === application).length,
      steps: 0,
    }),
    renameApplication: async ({ from, to }) => {
      const moved = versions.filter((one) => one.application === from).length
      versions = versions.map((one) => (one.application === from ? { ...one, application: to } : one))
      return { queues: 0, schedules: 0, versions: moved, workflows: 0, steps: 0 }
    },
    queues: async () => [...queues.values()].map(toQueue).sort((a, b) => (a.name < b.name ? -1 : 1)),
    hasQueue: async (name) => queues.has(name),
    createQueue: async (name, application, settings) => {
      if (queues.has(name)) return 'no-op'
      queues.set(name, { name, application, pause: null, ...noLimits, ...settings })
      return 'changed'
    },
    setQueue: async (name, settings) => {
      const queue = queues.get(name)
      if (!queue) return 'not-found'
      const changed = { ...queue, ...settings }
      if (JSON.stringify(changed) === JSON.stringify(queue)) return 'no-op'
      queues.set(name, changed)
      return 'changed'
    },
    pauseQueue: async (name) => {
      const queue = queues.get(name)
      if (!queue) return { outcome: onQueue(name).length > 0 ? 'in-code' : 'not-found' }
      if (queue.workerConcurrency === 0) return { outcome: 'paused-already' }
      const { workerConcurrency } = queue
      const guard = options.pauseGuard ?? 'trigger'
      const kept = {
        since: guard === 'none' ? null : readClock(),
        isGuarded: guard === 'trigger',
        isOver: false,
      }
      const limit = guard === 'none' ? undefined : workerConcurrency
      queues.set(name, { ...queue, workerConcurrency: 0, pause: { ...kept, workerConcurrency: limit } })
      return { outcome: 'paused', workerConcurrency, guard }
    },
    resumeQueue: async (name, given) => {
      const queue = queues.get(name)
      if (!queue) return 'not-found'
      if (!queue.pause) return 'not-paused'
      const workerConcurrency = given === undefined ? queue.pause.workerConcurrency : given
      if (workerConcurrency === undefined) return 'limit-unknown'
      queues.set(name, { ...queue, workerConcurrency, pause: null })
      return 'resumed'
    },
    queueHistory: async ({ stepMs, count }) => {
      const nowMs = readClock().getTime()
      const names = new Set(rows().flatMap(({ workflow }) => workflow.queue ?? []))
      return new Map(
        [...names].map((name) => {
          const moments = Array.from({ length: count }, (_, index) => {
            const at = nowMs - stepMs * (count - 1 - index)
            const waiting = onQueue(name).flatMap(({ workflow: { createdAt, startedAt, status } }) => {
              const taken = status === 'ENQUEUED' ? Infinity : (startedAt ?? createdAt).getTime()
              return createdAt.getTime() <= at && at < taken ? [createdAt.getTime()] : []
            })
            return { count: waiting.length, oldestMs: waiting.length ? at - Math.min(...waiting) : null }
          })
          const waiting = moments.map((moment) => moment.count)
          return [name, { waiting, oldestMs: moments.map(({ oldestMs }) => oldestMs) }]
        }),
      )
    },
    deleteQueue: async (name): Promise<PlatformResult> => {
      const queue = queues.get(name)
      if (!queue) return 'not-found'
      const { enqueued, delayed, running } = toQueue(queue)
      if (enqueued + delayed + running > 0) return 'no-op'
      queues.delete(name)
      return 'changed'
    },
    schedules: async () => [...schedules.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    scheduleOptions: async (name) =>
      schedules.has(name) ? { className: null, context: undefined, automaticBackfill: false } : undefined,
    setSchedule: async (name, status) => {
      const schedule = schedules.get(name)
      if (!schedule) return 'not-found'
      if (schedule.status === status) return 'no-op'
      schedules.set(name, { ...schedule, status })
      return 'changed'
    },
    triggerSchedule: async (name) => {
      if (!schedules.has(name)) return undefined
      triggered += 1
      return `sched-${name}-trigger-${triggered}`
    },
    createSchedule: async (name, schedule) => {
      if (schedules.has(name)) return 'no-op'
      const { workflow, cron, timezone, application, queue } = schedule
      const more = { status: 'ACTIVE' as const, lastFiredAt: null, nextAt: [] }
      schedules.set(name, { name, workflow, cron, timezone, application, queue, ...more })
      return 'changed'
    },
    updateSchedule: async (name, { cron, timezone, queue }) => {
      const schedule = schedules.get(name)
      if (!schedule) return 'not-found'
      const changes = Object.entries({ cron, timezone, queue }).filter(([, value]) => value !== undefined)
      schedules.set(name, { ...schedule, ...Object.fromEntries(changes) })
      return 'changed'
    },
    deleteSchedule: async (name) => (schedules.delete(name) ? 'changed' : 'not-found'),
    scheduleTimes,
    backfillSchedule: async (name, { since, until }) => {
      const schedule = schedules.get(name)
      if (!schedule) return undefined
      const times = await scheduleTimes(schedule, { since, until, limit: 1000 })
      return times.map((at) => toScheduledId(name, at))
    },
  }
}
