import { internalQueue } from '../../src/core/dbos-names.ts'
import { eligibleExecutors } from '../../src/core/diagnosis/eligible-executors.ts'
import type { DeadExecutor, RecoveryScan, UnclaimedVersion } from '../../src/core/diagnosis/recovery.ts'
import type { LiveExecutor } from '../../src/core/diagnosis/situation.ts'
import type { Store } from '../../src/core/store.ts'
import type { Workflow, WorkflowSummary } from '../../src/core/workflow.ts'
import type { FakeWorld } from './fake-world.ts'

type Entries = ReadonlyMap<string, { readonly rows: { readonly workflow: Workflow } }>
type Entry = Entries extends ReadonlyMap<string, infer One> ? One : never

interface FakeDead {
  readonly gone: readonly string[]
  readonly doubts: readonly string[]
  readonly scan: Partial<RecoveryScan> | undefined
  liveExecutors(): readonly LiveExecutor[] | undefined
}

/** What dead executors left. */
export function createFakeRecovery(world: FakeWorld, { gone, doubts, scan, liveExecutors }: FakeDead) {
  const { entries, readClock, happened } = world
  const store = {
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
  } satisfies Partial<Store>
  return store
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
      oldestId: mine[0]?.workflowId ?? '',
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

function isQueued({ status }: WorkflowSummary): boolean {
  return status === 'ENQUEUED' || status === 'DELAYED'
}
