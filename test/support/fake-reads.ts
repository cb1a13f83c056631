import { isDeepStrictEqual } from 'node:util'
import { lookedAt } from '../../src/core/roots.ts'
import type { WorkflowOrigin } from '../../src/core/run/start.ts'
import type { Store } from '../../src/core/store.ts'
import type { StreamValue, Workflow, WorkflowSummary } from '../../src/core/workflow.ts'
import { toJsonLine } from '../../src/render/to-json.ts'
import { isLetThrough } from './fake-management.ts'
import { asTold, type FakeRows } from './fake-workflow.ts'
import { type FakeWorld, withoutId } from './fake-world.ts'

type Reads = Pick<
  Store,
  | 'list'
  | 'listPlaces'
  | 'roots'
  | 'failures'
  | 'get'
  | 'findByPrefix'
  | 'steps'
  | 'countSteps'
  | 'events'
  | 'streams'
  | 'streamKeys'
  | 'streamValues'
  | 'streamTexts'
  | 'offsetOfLast'
  | 'messages'
  | 'existing'
  | 'lineage'
  | 'children'
  | 'origins'
  | 'knownNames'
>

/** What is there. */
export function createFakeReads(world: FakeWorld) {
  const { entries, readClock } = world
  const store: Reads = {
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
    listPlaces: async (query) =>
      (await store.list(query)).map(({ workflowId, createdAt }) => ({ workflowId, createdAt })),
    roots: async ({ limit, filter, ...query }) => {
      const { hasParent, ...narrowing } = filter ?? {}
      const found = await store.list({ ...narrowing, ...query, limit: lookedAt })
      const roots = found.filter(({ workflowId }) => {
        const parentId = entries.get(workflowId)?.rows.parentId ?? null
        return parentId === null || !entries.has(parentId)
      })
      return {
        roots: roots.slice(0, limit),
        rootCount: roots.length,
        childCount: filter ? 0 : found.length - roots.length,
        stoppedAt: null,
      }
    },
    failures: async (filter, limit) => {
      const failed = ['ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED']
      const found = await store.list({ ...filter, limit: lookedAt })
      const failures = found
        .filter(({ status }) => failed.includes(status))
        .slice(0, limit)
        .map(({ workflowId, name }) => ({
          workflowId,
          name,
          error: entries.get(workflowId)?.rows.workflow.error ?? null,
        }))
      return { failures, stoppedAt: null }
    },
    get: async (workflowId) => entries.get(workflowId)?.rows.workflow,
    findByPrefix: async (prefix, limit) =>
      [...entries.keys()]
        .filter((id) => id.startsWith(prefix))
        .sort()
        .slice(0, limit),
    steps: async (workflowId, { from = 0, limit, last } = {}) => {
      const steps = (entries.get(workflowId)?.rows.steps ?? []).filter(({ step }) => step >= from)
      const some = last === undefined ? steps.slice(0, limit) : steps.slice(-last)
      return some.map((step) => asTold(step, readClock()))
    },
    countSteps: async (workflowId) => entries.get(workflowId)?.rows.steps.length ?? 0,
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
    streamTexts: async function* (workflowId, key, options) {
      for await (const values of store.streamValues(workflowId, key, options)) {
        yield values.map(({ offset, value }) => {
          const bytes = Buffer.from(toJsonLine(value))
          return { offset, bytes, start: 0, end: bytes.length }
        })
      }
    },
    offsetOfLast: async (workflowId, key, count) => {
      const rows = (entries.get(workflowId)?.rows.streams ?? []).filter(
        (row) => row.key === key && row.value !== undefined,
      )
      return rows.at(-count)?.offset ?? 0
    },
    messages: async (workflowId) => (entries.get(workflowId)?.rows.messages ?? []).map(withoutId),
    existing: async (workflowIds) => workflowIds.filter((id) => entries.has(id)),
    lineage: async (workflowId) => {
      const rows = entries.get(workflowId)?.rows
      if (!rows) return undefined
      const { parentId, forkedFrom, attributes, schedule, user, partition } = rows
      const forks = [...entries.values()]
        .filter((other) => other.rows.forkedFrom === workflowId)
        .map((other) => other.rows.workflow.workflowId)
      return {
        ...{ parentId, forkedFrom, forks, attributes, schedule, user },
        ...{ priority: 0, partition, deduplicationId: null },
        ...{ timeoutMs: null, deadlineAt: null, delayedUntil: null },
      }
    },
    children: async (workflowId) =>
      [...entries.values()]
        .filter(({ rows }) => rows.parentId === workflowId)
        .map(({ rows }) => toSummary(rows.workflow))
        .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),
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
    knownNames: async (limit) => {
      const newest = [...entries.values()].map(({ rows }) => rows.workflow).sort(newestFirst)
      return [...new Set(newest.map(({ name }) => name))].slice(0, limit)
    },
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
