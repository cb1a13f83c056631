import type { ManageTarget, ManageVerb } from '../../src/core/manage/manage.ts'
import type { Store } from '../../src/core/store.ts'
import { fieldOf, isLetThrough, manageFake, stepBoundsOf } from './fake-management.ts'
import type { FakeRows, FakeWorkflow } from './fake-workflow.ts'
import type { FakeWorld } from './fake-world.ts'

interface Managed {
  readonly verb: ManageVerb
  readonly targets: readonly ManageTarget[]
}

/** What many workflows are changed by. */
export function createFakeBulk(world: FakeWorld, managed: Managed[]) {
  const { entries, add, readClock, happened } = world
  const store = {
    states: async (workflowIds) =>
      workflowIds.flatMap((id) => {
        const workflow = entries.get(id)?.rows.workflow
        if (!workflow) return []
        const { workflowId, name, status, queue, application, version, executorId, createdAt } = workflow
        const state = { workflowId, name, status, queue, application, version, executorId, createdAt }
        return [{ ...state, updatedAt: new Date(0) }]
      }),
    stepBounds: async (workflowIds, name) =>
      workflowIds.flatMap((id) => {
        const rows = entries.get(id)?.rows
        return rows ? stepBoundsOf(rows, name) : []
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
  } satisfies Partial<Store>
  return store
}
