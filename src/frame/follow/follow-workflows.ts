import type { Context } from '../../context.ts'
import type { Change, ChangeType } from '../../core/change.ts'
import type { WorkflowProfiles } from '../../core/decide/answer-profile.ts'
import { createWaitKnowledge } from '../../core/decide/known-waits.ts'
import { CliError } from '../../core/errors.ts'
import { type ExitCode, exitCodeByStatus, exitCodes } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { longestTimerMs, timeoutSignal } from '../../core/words/long-timer.ts'
import { isEnded, type Workflow } from '../../core/workflow.ts'
import { interruptCode } from '../interrupt.ts'
import { createPresenter, type Presented, type Presenter } from './presenter.ts'
import { watchStranded } from './watch-stranded.ts'

export interface FollowRequest extends Presented {
  /** How workflows want to be answered, by name. */
  readonly workflows?: Readonly<Record<string, WorkflowProfiles>>
  readonly timeoutMs?: number
  readonly from?: string
  readonly types?: readonly ChangeType[]
  readonly latestEvents?: boolean
  readonly streamKeys?: readonly string[]
  readonly streamStarts?: ReadonlyMap<string, number>
  /** Sees every change after it was shown; true ends the following. */
  readonly onChange?: (change: Change) => boolean | Promise<boolean>
  /** Asked again and again until it has something to say, which is shown among the notices. */
  readonly advice?: { readonly everyMs: number; find(): Promise<string | undefined> }
  /** Ends the following from outside, besides ctrl-c and the time-out. */
  readonly signal?: AbortSignal
}

export interface FollowOutcome {
  readonly reason: 'ended' | 'met' | 'timed-out' | 'interrupted' | 'stopped'
  /** The last that was seen of each workflow. */
  readonly workflows: ReadonlyMap<string, Workflow>
}

/** Follows workflows and shows what happens, until they have ended or somebody has had enough. */
export async function follow(context: Context, store: Store, request: FollowRequest): Promise<FollowOutcome> {
  const timeout = request.timeoutMs === undefined ? undefined : timeoutSignal(request.timeoutMs)
  const signals = [context.interrupts.signal, timeout, request.signal].filter(
    (signal) => signal !== undefined,
  )
  const signal = AbortSignal.any(signals)
  const presenter = createPresenter(context, request)
  const workflows = new Map<string, Workflow>()
  let isMet = false
  const know = createWaitKnowledge(store, request.workflows ?? {})
  const stopAdvising = advise(request, presenter)
  const stranding = watchStranded(store, presenter, request, workflows)
  const deleted = new Set<string>()
  try {
    const changes = store.follow(request.workflowIds, {
      signal,
      // A child has a line of its own where there is a tree to put it; elsewhere that it was started is enough.
      children: request.children || (request.format === 'picture' && request.output.canRedraw),
      from: request.from,
      cursors: request.format === 'jsonl',
      types: request.types,
      latestEvents: request.latestEvents,
      streamKeys: request.streamKeys,
      streamStarts: request.streamStarts,
      onNotice: (notice) => presenter.notice(notice),
      onDeleted: sayDeleted,
    })
    for await (const read of changes) {
      const change = await withKnownWaits(read)
      if (change.type === 'status') workflows.set(change.workflowId, change.workflow)
      stranding.noteChange()
      await presenter.show(change)
      isMet = (await request.onChange?.(change)) ?? false
      if (isMet) break
    }
    if (!isMet && !signal.aborted) await lookAtTheRest()
  } finally {
    await stopAdvising()
    await stranding.stop()
    presenter.close()
  }
  return { reason: reasonOf(), workflows }

  /** What cannot be found out now is shown as it was read. */
  async function withKnownWaits(change: Change): Promise<Change> {
    if (change.type !== 'waits' || change.waits.every(({ asked }) => asked)) return change
    const { workflowId } = change
    const known = workflows.get(workflowId) ?? (await store.get(workflowId))
    const name = known?.name ?? ''
    try {
      const waits = await know(change.waits.map((wait) => ({ ...wait, name })))
      return { ...change, waits: waits.map(({ name: _, ...wait }) => wait) }
    } catch (error) {
      if (error instanceof CliError) return change
      throw error
    }
  }

  /** At once, for its children may go on for long. */
  function sayDeleted(id: string): void {
    if (deleted.has(id) || !request.workflowIds.includes(id)) return
    deleted.add(id)
    workflows.delete(id)
    // What is long is cut at its end.
    presenter.notice(`Somebody deleted ${id}.`)
  }

  /** Whoever went on after the last change was told of no end, and what was deleted has none. */
  async function lookAtTheRest(): Promise<void> {
    for (const id of request.workflowIds.filter((id) => !deleted.has(id) && !hasEnded(workflows.get(id)))) {
      const workflow = await store.get(id)
      if (workflow) workflows.set(id, workflow)
      else sayDeleted(id)
    }
  }

  function reasonOf(): FollowOutcome['reason'] {
    if (isMet) return 'met'
    if (request.workflowIds.every((id) => hasEnded(workflows.get(id)))) return 'ended'
    if (context.interrupts.signal.aborted) return 'interrupted'
    return timeout?.aborted ? 'timed-out' : 'stopped'
  }
}

/** Beside what is followed; what cannot be found out is no reason to end. */
function advise({ advice }: FollowRequest, presenter: Presenter): () => Promise<void> {
  if (!advice) return async () => {}
  const { everyMs, find } = advice
  let asking = Promise.resolve()
  const timer = setInterval(
    () => {
      asking = asking
        .then(find)
        .catch(() => undefined)
        .then((text) => {
          if (text === undefined) return
          presenter.notice(text)
          clearInterval(timer)
        })
    },
    Math.min(everyMs, longestTimerMs),
  )
  return async () => {
    clearInterval(timer)
    await asking
  }
}

function hasEnded(workflow: Workflow | undefined): boolean {
  return workflow !== undefined && isEnded(workflow.status)
}

/** The code for one workflow after following it. */
export function outcomeCode(context: Context, outcome: FollowOutcome, workflowId: string): ExitCode {
  const workflow = outcome.workflows.get(workflowId)
  if (workflow && isEnded(workflow.status)) return exitCodeByStatus(workflow.status)
  if (outcome.reason === 'timed-out') return exitCodes['timed-out'].code
  const isDeleted = outcome.reason === 'stopped' && !workflow
  return isDeleted ? exitCodes['not-found'].code : interruptCode(context)
}
