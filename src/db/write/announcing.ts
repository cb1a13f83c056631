import type { ChangingMethod } from '../../core/profile/guard-store.ts'
import type { Store } from '../../core/store.ts'
import { announceEnqueued } from '../executors/announce-enqueued.ts'
import type { Database } from '../tables/system-database.ts'

type Method<Name extends ChangingMethod> = Store[Name] extends (...args: infer Args) => Promise<infer Result>
  ? { readonly args: Args; readonly result: Result }
  : never

/** The workflows that a call has put on a queue, each method by what it was given and what became of it. */
type EnqueuedBy = {
  readonly [Name in ChangingMethod]:
    | ((result: Method<Name>['result'], ...args: Method<Name>['args']) => readonly string[])
    | 'nothing'
}

const enqueuedBy = {
  start: (outcome, { workflowId, delayMs }) =>
    outcome === 'started' && delayMs === undefined ? [workflowId] : [],
  manage: (results, verb, targets) => {
    // It was on its queue, and is there in another place.
    if (verb === 'reprioritize') return []
    return results.flatMap((result, index) => {
      if (result.outcome !== 'changed' || result.status !== 'ENQUEUED') return []
      return [targets[index]?.newWorkflowId ?? result.workflowId]
    })
  },
  handOver: (ids) => ids,
  moveToVersion: (ids) => ids,
  triggerSchedule: (id) => (id === undefined ? [] : [id]),
  backfillSchedule: (ids) => ids ?? [],
  // What is not ended comes in as cancelled.
  importWorkflows: 'nothing',
  send: 'nothing',
  decide: 'nothing',
  deleteEnded: 'nothing',
  createRecord: 'nothing',
  promoteVersion: 'nothing',
  renameApplication: 'nothing',
  createQueue: 'nothing',
  setQueue: 'nothing',
  deleteQueue: 'nothing',
  pauseQueue: 'nothing',
  // Its limits are read once a second, whoever is woken.
  resumeQueue: 'nothing',
  setSchedule: 'nothing',
  createSchedule: 'nothing',
  updateSchedule: 'nothing',
  deleteSchedule: 'nothing',
} as const satisfies EnqueuedBy

export type EnqueuingMethod = {
  [Name in ChangingMethod]: (typeof enqueuedBy)[Name] extends 'nothing' ? never : Name
}[ChangingMethod]

type OnDatabase = (database: Database, ...args: never[]) => unknown
type Use = (database: Database, ...args: readonly unknown[]) => Promise<unknown>
type ToIds = (result: unknown, ...args: readonly unknown[]) => readonly string[]

/** The methods of a store, of which each that enqueues tells drover's workers of it, after its commit. */
export function announcing<Methods extends { readonly [Name in ChangingMethod]: OnDatabase }>(
  methods: Methods,
): Methods {
  const told = (Object.keys(enqueuedBy) as ChangingMethod[]).flatMap((name) => {
    const toIds = enqueuedBy[name]
    if (toIds === 'nothing') return []
    const use = methods[name] as unknown as Use
    const announced: Use = async (database, ...args) => {
      const result = await use(database, ...args)
      const { session, schema } = database
      const workflowIds = (toIds as unknown as ToIds)(result, ...args)
      await announceEnqueued(session.query, { schema, schemaName: schema.name, workflowIds })
      return result
    }
    return [[name, announced] as const]
  })
  return { ...methods, ...Object.fromEntries(told) }
}
