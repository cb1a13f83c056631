import { type ActiveGroup, countNames, countQueues } from '../../src/core/metrics/count-active.ts'
import type { Store } from '../../src/core/store.ts'
import { isEnded, type WorkflowSummary } from '../../src/core/workflow.ts'

/** What is under way, of what a store tells besides. */
export async function fakeActivity(
  store: Pick<Store, 'inbox' | 'queues' | 'scanExecutors'>,
  workflows: readonly WorkflowSummary[],
  { after, to }: { readonly after: Date; readonly to: Date },
): ReturnType<Store['activity']> {
  const active = workflows.filter(({ status }) => !isEnded(status)).map(toGroup)
  const ended = workflows.filter(({ completedAt }) => completedAt && completedAt > after && completedAt <= to)
  const { obstacle, deadExecutors, unclaimed } = await store.scanExecutors()
  const sum = (list: readonly { readonly workflowCount: number }[]) =>
    list.reduce((all, { workflowCount }) => all + workflowCount, 0)
  const { waits, total } = await store.inbox({})
  return {
    active: countNames(active),
    ended: countNames(ended.map(toGroup)),
    queues: countQueues(
      active,
      (await store.queues()).map(({ name }) => name),
    ),
    waits: { open: total, oldestSince: waits[0]?.since ?? null },
    left: obstacle === null ? { orphaned: sum(deadExecutors), unclaimed: sum(unclaimed) } : null,
  }
}

function toGroup({ createdAt, ...workflow }: WorkflowSummary): ActiveGroup {
  return { ...workflow, count: 1, oldestAt: createdAt }
}
