import { waitId } from '../decide/wait-id.ts'
import type { ManageTarget, ManageVerb } from '../manage/manage.ts'
import type { Store } from '../store.ts'

/** Something that a command is about to do to a database. */
export interface StoreChange {
  /** In the imperative, without a full stop: `Approve order-17#3`. Names in it are as the database has them. */
  readonly what: string
  /** One thing that is cheap to get wrong: a yes is enough. All else wants the name of the profile typed. */
  readonly isOne: boolean
  /** What is asked; without it what is done, and in which database. */
  readonly question?: string
}

/** Resolves where the change may be made; throws what keeps it from being made. */
export type Permit = (change: StoreChange) => Promise<void>

const one = (what: string): StoreChange => ({ what, isOne: true })
const grave = (what: string): StoreChange => ({ what, isOne: false })

type Method<Name extends keyof Store> = Store[Name] extends (...args: infer Args) => unknown ? Args : never

type Describers<Names extends keyof Store> = {
  readonly [Name in Names]: (...args: Method<Name>) => StoreChange | undefined
}

/** Whatever is not among those that read. */
export type ChangingMethod = Exclude<keyof Store, ReadingMethod | 'as'>

/** What each method that changes something does; the compiler refuses one that is neither here nor among those that read. */
const changeOf: Describers<ChangingMethod> = {
  send: ({ workflowId }) => one(`Send a message to ${workflowId}`),
  decide: ({ wait, verdict }) => one(`${verdict === 'approved' ? 'Approve' : 'Reject'} ${waitId(wait)}`),
  start: ({ name, workflowId }) => one(`Start ${name} as ${workflowId}`),
  manage: describeManage,
  deleteEnded: () => grave('Delete workflows that have ended'),
  createRecord: ({ run }) => (run ? grave('Create the record of decisions') : undefined),
  promoteVersion: (version) => grave(`Promote version ${version}`),
  renameApplication: ({ from, to }) => grave(`Rename the application ${from} to ${to}`),
  createQueue: (name) => grave(`Register the queue ${name}`),
  setQueue: (name) => grave(`Change the queue ${name}`),
  deleteQueue: (name) => grave(`Delete the queue ${name}`),
  pauseQueue: (name) => grave(`Pause the queue ${name}`),
  resumeQueue: (name) => grave(`Resume the queue ${name}`),
  setSchedule: (name, status) => grave(`Set the schedule ${name} to ${status}`),
  triggerSchedule: (name) => grave(`Trigger the schedule ${name}`),
  createSchedule: (name) => grave(`Create the schedule ${name}`),
  updateSchedule: (name) => grave(`Change the schedule ${name}`),
  deleteSchedule: (name) => grave(`Delete the schedule ${name}`),
  backfillSchedule: (name) => grave(`Backfill the schedule ${name}`),
  handOver: ({ executorId }) => grave(`Hand over what ${executorId} left`),
  moveToVersion: ({ toVersion }) => grave(`Move workflows to ${toVersion}`),
  importWorkflows: () => grave('Import workflows'),
}

type ReadingMethod =
  | 'database'
  | 'close'
  | 'list'
  | 'listPlaces'
  | 'roots'
  | 'failures'
  | 'facts'
  | 'board'
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
  | 'waits'
  | 'inbox'
  | 'watchInbox'
  | 'learnAnswers'
  | 'children'
  | 'lineage'
  | 'follow'
  | 'checkCursor'
  | 'waitAt'
  | 'lastDecided'
  | 'decisions'
  | 'actions'
  | 'verifyRecord'
  | 'origins'
  | 'lastRanPortable'
  | 'knownNames'
  | 'hasQueue'
  | 'executors'
  | 'situations'
  | 'health'
  | 'activity'
  | 'stats'
  | 'estimateStats'
  | 'clock'
  | 'outlook'
  | 'exportWorkflows'
  | 'states'
  | 'stepBounds'
  | 'countBy'
  | 'descendants'
  | 'weigh'
  | 'planRetention'
  | 'versions'
  | 'versionTotals'
  | 'applicationRows'
  | 'queues'
  | 'queueHistory'
  | 'schedules'
  | 'scheduleOptions'
  | 'scheduleTimes'
  | 'scanExecutors'

type Use = (...args: readonly unknown[]) => Promise<unknown>

/** The same store, in which everything that changes something waits for `permit` first. */
export function guardStore(store: Store, permit: Permit): Store {
  const names = Object.keys(changeOf) as readonly (keyof typeof changeOf)[]
  const guarded = names.map((name) => {
    const use = store[name] as Use
    const describe = changeOf[name] as (...args: readonly unknown[]) => StoreChange | undefined
    const first: Use = async (...args) => {
      const change = describe(...args)
      if (change) await permit(change)
      return use(...args)
    }
    return [name, first] as const
  })
  return {
    ...store,
    ...Object.fromEntries(guarded),
    as: (signature) => guardStore(store.as(signature), permit),
  }
}

function describeManage(verb: ManageVerb, targets: readonly ManageTarget[]): StoreChange {
  const [only, ...others] = targets
  const imperative = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`
  if (!only || others.length > 0) return grave(`${imperative} ${targets.length} workflows`)
  const change = `${imperative} ${only.workflowId}`
  return verb === 'delete' || verb === 'rewind' ? grave(change) : one(change)
}
