import type { Store } from '../store.ts'
import type { Activity, CountOfName } from './activity.ts'
import type { Metric, Sample } from './metric.ts'

type Asked = Pick<Store, 'activity' | 'clock' | 'executors' | 'decisions'>

export interface MetricsReader {
  read(): Promise<readonly Metric[]>
}

interface MetricsSource {
  readonly store: Asked
  /** Whether who decides is recorded in the database. */
  readonly isRecorded: boolean
}

/** What ends is written a moment after the time that stands with it. */
const settleMs = 5000

/** For a process that is asked again and again: what ended and was decided since it began is counted. */
export function createMetricsReader({ store, isRecorded }: MetricsSource): MetricsReader {
  const ended = createCounter<CountOfName>(({ name, status }) => ({ name, status }))
  const decided = createCounter<{ readonly decision: string; readonly count: number }>(({ decision }) => ({
    decision,
  }))
  let sinceMs: number | undefined
  return {
    read: async () => {
      const toMs = (await store.clock()).getTime() - settleMs
      const range = { after: new Date(Math.min(sinceMs ?? toMs, toMs)), to: new Date(toMs) }
      const activity = await store.activity(range)
      const decisions = isRecorded ? await readDecisions(store, range) : []
      sinceMs = toMs
      ended.add(activity.ended)
      decided.add(decisions.map((decision) => ({ decision, count: 1 })))
      return [
        ...(await readGauges(store, activity)),
        {
          name: 'drover_workflows_ended',
          type: 'counter',
          help: 'Workflows that ended since this process began, by name and status.',
          samples: ended.samples(),
        },
        {
          name: 'drover_decisions',
          type: 'counter',
          help: 'Decisions that were recorded since this process began.',
          samples: decided.samples(),
        },
      ]
    },
  }
}

const recentMs = 5 * 60_000

/** For a process that is asked once: what ended and was decided in the last five minutes. */
export async function readRecentMetrics({ store, isRecorded }: MetricsSource): Promise<readonly Metric[]> {
  const to = await store.clock()
  const range = { after: new Date(to.getTime() - recentMs), to }
  const activity = await store.activity(range)
  const decided = createCounter<{ readonly decision: string; readonly count: number }>(({ decision }) => ({
    decision,
  }))
  const decisions = isRecorded ? await readDecisions(store, range) : []
  decided.add(decisions.map((decision) => ({ decision, count: 1 })))
  return [
    ...(await readGauges(store, activity)),
    {
      name: 'drover_workflows_ended_recently',
      type: 'gauge',
      help: 'Workflows that ended in the last 5 minutes, by name and status.',
      samples: activity.ended.map(({ name, status, count }) => ({ labels: { name, status }, value: count })),
    },
    {
      name: 'drover_decisions_recently',
      type: 'gauge',
      help: 'Decisions that were recorded in the last 5 minutes.',
      samples: decided.samples(),
    },
  ]
}

async function readDecisions(
  store: Pick<Asked, 'decisions'>,
  { after, to }: { readonly after: Date; readonly to: Date },
): Promise<readonly string[]> {
  if (after >= to) return []
  try {
    const decisions = await store.decisions({ from: after, to })
    return decisions
      .filter(({ outcome, at }) => outcome === 'stored' && at > after)
      .map(({ decision }) => decision)
  } catch {
    // Where there is no record yet, nothing was decided.
    return []
  }
}

async function readGauges(
  store: Asked,
  { active, queues, waits, left }: Omit<Activity, 'ended'>,
): Promise<readonly Metric[]> {
  const now = (await store.clock()).getTime()
  const executors = await store.executors()
  const secondsSince = (at: Date | null) => (at ? Math.max(0, (now - at.getTime()) / 1000) : 0)
  return [
    gauge(
      'drover_workflows_active',
      'Workflows that have not ended, by name and status.',
      active.map(({ name, status, count }) => ({ labels: { name, status }, value: count })),
    ),
    gauge(
      'drover_queue_depth',
      'Workflows on a queue, by state.',
      queues.flatMap(({ name: queue, enqueued, delayed, running }) => [
        { labels: { queue, state: 'enqueued' }, value: enqueued },
        { labels: { queue, state: 'delayed' }, value: delayed },
        { labels: { queue, state: 'running' }, value: running },
      ]),
    ),
    gauge(
      'drover_queue_oldest_age_seconds',
      'How long the oldest of those that are enqueued has waited.',
      queues.map(({ name: queue, oldestAt }) => ({ labels: { queue }, value: secondsSince(oldestAt) })),
    ),
    one('drover_waits_open', 'Workflows that wait for an answer.', waits.open),
    one(
      'drover_wait_oldest_age_seconds',
      'How long the oldest of them has waited.',
      secondsSince(waits.oldestSince),
    ),
    ...(executors === undefined
      ? []
      : [one('drover_executors_live', 'Executors that are connected.', executors.length)]),
    ...(left === null
      ? []
      : [
          one('drover_workflows_orphaned', 'PENDING workflows of executors that are gone.', left.orphaned),
          one(
            'drover_workflows_unclaimed',
            'Enqueued workflows of versions that nobody runs.',
            left.unclaimed,
          ),
        ]),
  ]
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples }
}

function one(name: string, help: string, value: number): Metric {
  return gauge(name, help, [{ labels: {}, value }])
}

function createCounter<Counted extends { readonly count: number }>(
  labelsOf: (counted: Counted) => Readonly<Record<string, string>>,
) {
  const totals = new Map<string, Sample>()
  return {
    add: (list: readonly Counted[]): void => {
      for (const counted of list) {
        const labels = labelsOf(counted)
        const key = JSON.stringify(labels)
        totals.set(key, { labels, value: (totals.get(key)?.value ?? 0) + counted.count })
      }
    },
    samples: (): readonly Sample[] => [...totals.values()],
  }
}
