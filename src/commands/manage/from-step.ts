import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { createQueueChoice } from '../../core/manage/choose-queue.ts'
import { createVersionChoice } from '../../core/manage/choose-version.ts'
import type { StepBounds, WorkflowState } from '../../core/manage/manage.ts'
import {
  describeRunFromStep,
  findResumeStep,
  nameOfPoint,
  parseResumePoint,
  type ResumePoint,
} from '../../core/manage/resume-point.ts'
import type { Runtime } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { type CommandOptions, command, phrase } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import type { BulkFlags } from '../../frame/bulk/bulk-options.ts'
import type { Prepared } from '../../frame/bulk/request.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { surroundingsOf } from '../../frame/print-explanation.ts'
import { printNotice } from '../../frame/print-notice.ts'
import type { LentStore } from '../../frame/profile/change-guard.ts'
import { withStore } from '../../frame/with-store.ts'
import { isOneId } from '../../frame/workflow-ids.ts'
import { fromStepLines } from '../../render/from-step-lines.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'
import { type ForkHereFlags, withAppOf } from './fork-here.ts'
import { type ForkWaitFlags, waitForCopies } from './fork-wait.ts'
import { createVersionNotice } from './version-notice.ts'

/** The flags that `fork` and `rewind` share. */
export interface FromStepFlags extends DatabaseFlags, BulkFlags {
  readonly from: ResumePoint
  readonly id?: string
  readonly toQueue?: string
  readonly toVersion?: string
}

export function addFromStepOptions(command: Command): Command {
  return command
    .requiredOption(
      '--from <step>',
      'the first step that runs again: its number, its name (the first of several), failed (the first that did), or last',
      parseResumePoint,
    )
    .option(
      '--to-version <version>',
      'for this version of the application, or latest (else the same as before)',
    )
    .option('--to-queue <name>', 'put them on this queue, or with own on the one where they ran')
}

/** `fork` and `rewind` are one command: the one goes on in a copy, the other in place. */
export async function runFromStep(
  context: Context,
  verb: 'fork' | 'rewind',
  typed: readonly string[],
  flags: FromStepFlags & Partial<ForkWaitFlags & ForkHereFlags>,
): Promise<void> {
  const filter = toFilter(context, flags)
  if (flags.id !== undefined && (filter || typed.length !== 1 || typed.includes('-'))) {
    throw new CliError('usage', '--id can only be used with one workflow.', {
      hint: command('fork', ['ID'], { '--from': flags.from, '--id': 'NEW' }),
    })
  }
  const { app, join = false } = flags
  const isWaiting = flags.wait === true || app !== undefined
  if (flags.timeout !== undefined && !isWaiting)
    throw new CliError('usage', '--timeout needs --wait.', { hint: 'add --wait' })
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  const fork = async (store: LentStore, settings: Settings, runtime?: Runtime): Promise<void> => {
    const chooseQueue = await createQueueChoice(store, flags.toQueue)
    const noteVersion = createVersionNotice(context, store, surroundingsOf(context, store, settings))
    const chooseVersion = createVersionChoice(store, flags.toVersion)
    const isExplained = !filter && isOneId(typed)
    const prepareOne = async (state: WorkflowState, bounds: StepBounds | undefined): Promise<Prepared> => {
      if (flags.id !== undefined) await requireFreeId(store, flags.id)
      const fromStep = findResumeStep(flags.from, bounds)
      if (fromStep === undefined) {
        return { obstacle: whyNoStep(flags.from, bounds) }
      }
      const queue = await chooseQueue(state)
      const version = (await chooseVersion(state)) ?? runtime?.version
      const newWorkflowId = verb === 'fork' ? (flags.id ?? randomUUID()) : undefined
      const workflowId = isExplained ? (newWorkflowId ?? state.workflowId) : undefined
      if (isExplained) {
        const steps = await store.steps(state.workflowId)
        const cut = describeRunFromStep(fromStep, steps, await store.messages(state.workflowId))
        printNotice(context, ...fromStepLines(verb, state, cut))
      }
      await noteVersion({ ...state, version: version ?? state.version, queue, workflowId })
      return {
        fromStep,
        queue,
        version,
        ...(newWorkflowId !== undefined && { newWorkflowId }),
      }
    }
    const prepare = async (states: readonly WorkflowState[]) => {
      const ids = states.map(({ workflowId }) => workflowId)
      const all = await store.stepBounds(ids, nameOfPoint(flags.from))
      const boundsById = new Map(all.map((bounds) => [bounds.workflowId, bounds]))
      return (state: WorkflowState) => prepareOne(state, boundsById.get(state.workflowId))
    }
    const rows = await runBulk(context, store, {
      verb,
      typed,
      filter,
      flags,
      options: typedOptions(flags),
      prepare,
      alwaysAsk: verb === 'rewind',
      // What comes of them is what stdout is for.
      isQuiet: isWaiting,
    })
    const copies = rows.flatMap(({ newWorkflowId }) => newWorkflowId ?? [])
    if (isWaiting && !flags.dryRun && copies.length > 0)
      await waitForCopies(context, store, settings, { copies, flags, timeoutMs })
  }
  if (app !== undefined && !flags.dryRun)
    return withAppOf(context, flags, { app, join, ids: typed, hasFilter: filter !== undefined }, fork)
  await withStore(context, flags, (store, settings) => fork(store, settings), { isFollowed: isWaiting })
}

async function requireFreeId(store: Store, workflowId: string): Promise<void> {
  if ((await store.states([workflowId])).length === 0) return
  throw new CliError('id-in-use', `The id ${workflowId} is in use.`, {
    hint: phrase`${command('get', [workflowId])}   # or give the copy another --id`,
  })
}

function typedOptions({ from, id, toQueue, toVersion }: FromStepFlags): CommandOptions {
  return { '--from': from, '--id': id, '--to-queue': toQueue, '--to-version': toVersion }
}

function whyNoStep(from: string | number, bounds: StepBounds | undefined): string {
  if (!bounds) return 'it has no recorded step: only --from 0'
  const steps = `--from takes 0 to ${bounds.lastStep}`
  if (from === 'failed') return `no step of it failed: ${steps}`
  return `it has no step "${from}": ${steps}${typeof from === 'string' ? ', or the name of one' : ''}`
}
