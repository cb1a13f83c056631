import { type CommandLine, command } from '../words/command-line.ts'
import {
  activeStatuses,
  isEnded,
  isKnownStatus,
  type KnownStatus,
  type WorkflowStatus,
  workflowStatuses,
} from '../workflow.ts'
import type { WorkflowFilter } from './workflow-filter.ts'

/** What can be done to workflows that are there already. */
export const manageVerbs = [
  ...(['cancel', 'resume', 'fork', 'rewind', 'delete'] as const),
  ...(['reprioritize', 'reschedule', 'requeue'] as const),
] as const
export type ManageVerb = (typeof manageVerbs)[number]

/** What can be done to many at once, each with an outcome of its own. */
export const bulkVerbs = [...manageVerbs, 'send'] as const
export type BulkVerb = (typeof bulkVerbs)[number]

/** A workflow as it stood when somebody decided about it. */
export interface WorkflowState {
  readonly workflowId: string
  readonly name: string
  readonly status: WorkflowStatus
  readonly queue: string | null
  readonly application: string | null
  readonly version: string | null
  readonly executorId: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** One workflow to change, if it still has the status that was decided on. */
export interface ManageTarget {
  readonly workflowId: string
  readonly status: WorkflowStatus
  /** `fork` and `rewind`: the first step that runs again. */
  readonly fromStep?: number
  /** `fork`: the id of the copy; it fails where that is in use. */
  readonly newWorkflowId?: string
  /** `resume`, `fork` and `rewind`: the queue to put it on; by default the one that every executor polls. `requeue` needs it. */
  readonly queue?: string
  /** `reprioritize`: 0 is first. */
  readonly priority?: number
  /** `reschedule`: when it may be taken, in epoch milliseconds. */
  readonly delayUntilMs?: number
  /** `fork` and `rewind`: the version that shall run it; by default the one that did. */
  readonly version?: string
  /** `send`: the message is sent once under it. */
  readonly idempotencyKey?: string
}

/** `changed`: done, and it has this status now. `moved-on`: it had another status by then, and was left alone. */
export type ManageResult =
  | { readonly workflowId: string; readonly outcome: 'changed'; readonly status: WorkflowStatus | null }
  | { readonly workflowId: string; readonly outcome: 'moved-on'; readonly status: WorkflowStatus }
  | { readonly workflowId: string; readonly outcome: 'not-found' }
  | { readonly workflowId: string; readonly outcome: 'failed'; readonly reason: string }

export const countableFields = ['status', 'name', 'queue', 'application', 'version', 'executor'] as const
export type CountableField = (typeof countableFields)[number]
/** What `list --count-by` takes. */
export const countedFields = [...countableFields, 'error'] as const
export type CountedField = (typeof countedFields)[number]

export interface FieldCount {
  /** Null where it is not set. */
  readonly value: string | null
  readonly count: number
}

/** What goes when workflows are deleted. */
export interface WorkflowWeight {
  readonly steps: number
  readonly streamValues: number
  readonly messages: number
  /** Of inputs, results and all the rest that was recorded, as stored. */
  readonly payloadBytes: number
}

/** The steps of a workflow, as far as it takes to find where it is cut. */
export interface StepBounds {
  readonly workflowId: string
  readonly lastStep: number
  /** The first one that failed. */
  readonly failedStep: number | null
  /** The first one of the name that was asked for. */
  readonly namedStep: number | null
}

/** How a store changes workflows, many at a time. */
export interface WorkflowManagement {
  /** Of those that exist, in any order. */
  states(workflowIds: readonly string[]): Promise<readonly WorkflowState[]>
  /** Of those that recorded a step, in any order; `name` is that of a step. */
  stepBounds(workflowIds: readonly string[], name?: string): Promise<readonly StepBounds[]>
  /** The most frequent first. */
  countBy(filter: WorkflowFilter, field: CountableField): Promise<readonly FieldCount[]>
  /** Ids of all that these workflows started, and those in turn. */
  descendants(workflowIds: readonly string[]): Promise<readonly string[]>
  weigh(workflowIds: readonly string[]): Promise<WorkflowWeight>
  /** One result for each target. A target whose status is another one by now is left alone. */
  manage(verb: ManageVerb, targets: readonly ManageTarget[]): Promise<readonly ManageResult[]>
}

const dead = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'

/** From which statuses each verb goes on. */
const changeableByVerb: Readonly<Record<BulkVerb, readonly KnownStatus[]>> = {
  cancel: ['DELAYED', 'ENQUEUED', 'PENDING', dead],
  resume: ['CANCELLED', dead],
  fork: workflowStatuses,
  rewind: ['SUCCESS', 'ERROR', 'CANCELLED', dead],
  delete: ['SUCCESS', 'ERROR', 'CANCELLED', dead],
  reprioritize: ['DELAYED', 'ENQUEUED'],
  reschedule: ['DELAYED'],
  requeue: ['DELAYED', 'ENQUEUED'],
  send: activeStatuses,
}

/** What a filter without `--status` means: cancelling the dead again, or forking all there is, is never meant. */
export const filteredStatusesByVerb: Readonly<Record<BulkVerb, readonly KnownStatus[]>> = {
  ...changeableByVerb,
  cancel: ['DELAYED', 'ENQUEUED', 'PENDING'],
  fork: ['ERROR', 'CANCELLED', dead],
  rewind: ['ERROR', 'CANCELLED', dead],
}

/** Why the verb would do nothing to a workflow of this status; undefined when it would do something. */
export function obstacleTo(verb: BulkVerb, status: WorkflowStatus): string | undefined {
  if (isKnownStatus(status) && changeableByVerb[verb].includes(status)) return undefined
  const waitsForEnd = verb === 'rewind' || verb === 'delete'
  return waitsForEnd && !isEnded(status) ? `still ${status}` : `already ${status}`
}

/** What to type instead. */
export function adviceFor(verb: BulkVerb, status: WorkflowStatus, workflowId: string): CommandLine {
  if (!isEnded(status)) {
    if (verb === 'delete' || verb === 'rewind') return command('cancel', [workflowId])
    return status === 'PENDING' && verb === 'resume'
      ? command('recover', [workflowId], { '--dry-run': true })
      : command('get', [workflowId])
  }
  return verb === 'resume'
    ? command('rewind', [workflowId], { '--from': 'failed' })
    : command('get', [workflowId])
}

/** The word for what was done. */
export const pastByVerb: Readonly<Record<BulkVerb, string>> = {
  cancel: 'cancelled',
  resume: 'resumed',
  fork: 'forked',
  rewind: 'rewound',
  delete: 'deleted',
  reprioritize: 'reprioritized',
  reschedule: 'rescheduled',
  requeue: 'requeued',
  send: 'sent',
}

/** What it does to workflows, before the word for them. */
export function infinitiveOf(verb: BulkVerb): string {
  return verb === 'send' ? 'send to' : verb
}
