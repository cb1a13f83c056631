import type { Retention } from '../../src/core/manage/retention.ts'
import { isEnded } from '../../src/core/workflow.ts'
import type { FakeRows } from './fake-workflow.ts'
import type { FakeWorld } from './fake-world.ts'

/** What ended long ago, in memory. */
export function createFakeRetention({ entries, happened }: FakeWorld): Retention {
  const endOf = ({ workflow }: FakeRows) => (workflow.completedAt ?? workflow.createdAt).getTime()
  const ended = () =>
    [...entries.values()]
      .map(({ rows }) => rows)
      .filter(({ workflow }) => isEnded(workflow.status))
      .sort((a, b) => endOf(a) - endOf(b))
  const hasActiveParent = ({ parentId }: FakeRows) => {
    const parent = parentId === null ? undefined : entries.get(parentId)?.rows.workflow
    return parent !== undefined && !isEnded(parent.status)
  }
  const going = (boundary: Date) =>
    ended().filter((rows) => endOf(rows) < boundary.getTime() && !hasActiveParent(rows))
  return {
    planRetention: async ({ keep, endedBefore }) => {
      const all = ended()
      const last = keep === 0 ? undefined : all.at(-keep)
      const none = { steps: 0, streamValues: 0, messages: 0, payloadBytes: 0 }
      if (keep > all.length) {
        const nothing = { boundary: null, workflows: 0, ended: all.length, oldestAt: null }
        return { ...nothing, weight: none, isEstimate: false }
      }
      const boundary = new Date(Math.min(endedBefore.getTime(), last ? endOf(last) : Infinity))
      const found = going(boundary)
      const [oldest] = found
      return {
        boundary,
        workflows: found.length,
        ended: all.length,
        oldestAt: oldest ? new Date(endOf(oldest)) : null,
        weight: { ...none, steps: found.reduce((sum, { steps }) => sum + steps.length, 0) },
        isEstimate: false,
      }
    },
    deleteEnded: async ({ boundary, limit }) => {
      const batch = going(boundary).slice(0, limit)
      for (const { workflow } of batch) entries.delete(workflow.workflowId)
      happened()
      return {
        deleted: batch.length,
        next: batch.length === limit ? { by: 'end', atMs: 0 } : undefined,
      }
    },
  }
}
