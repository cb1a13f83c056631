import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type CutPoint, describeCut, findCut, parseCutPoint } from '../core/cut.ts'
import { CliError } from '../core/errors.ts'
import type { WorkflowState } from '../core/manage.ts'
import { latestVersionOf } from '../core/platform.ts'
import { shellWord } from '../core/shell-word.ts'
import type { Store } from '../core/store.ts'
import { cutLines } from '../render/cut-lines.ts'
import type { DatabaseFlags } from '../settings/settings.ts'
import { type Prepared, runBulk } from './bulk.ts'
import type { BulkFlags } from './bulk-options.ts'
import { withStore } from './database.ts'
import { toFilter } from './filter-options.ts'
import { createQueueChoice } from './queue-choice.ts'
import { tell } from './tell.ts'

/** The flags that `fork` and `rewind` share. */
export interface CutFlags extends DatabaseFlags, BulkFlags {
  readonly from: CutPoint
  readonly id?: string
  readonly toQueue?: string
  readonly toVersion?: string
}

export function addCutOptions(command: Command): Command {
  return command
    .requiredOption(
      '--from <step>',
      'the first step that runs again: its number, failed (the first that did), or last',
      parseCutPoint,
    )
    .option(
      '--to-version <version>',
      'for this version of the application, or latest (else the same as before)',
    )
    .option('--to-queue <name>', 'put them on this queue, or with own on the one where they ran')
}

/** `fork` and `rewind` are one command: the one goes on in a copy, the other in place. */
export async function runCut(
  context: Context,
  verb: 'fork' | 'rewind',
  typed: readonly string[],
  flags: CutFlags,
): Promise<void> {
  const filter = toFilter(context, flags)
  if (flags.id !== undefined && (filter || typed.length !== 1 || typed.includes('-'))) {
    throw new CliError('usage', 'An --id is for one copy of one workflow.', {
      hint: `drover ${verb} ID --id NEW`,
    })
  }
  await withStore(context, flags, async (store) => {
    const chooseQueue = await createQueueChoice(store, flags.toQueue)
    const isExplained = !filter && typed.length === 1
    const prepare = async (state: WorkflowState): Promise<Prepared> => {
      if (flags.id !== undefined) await requireFreeId(store, flags.id)
      const steps = await store.steps(state.workflowId)
      const fromStep = findCut(flags.from, steps)
      if (fromStep === undefined) return { obstacle: `it has no step "${flags.from}"` }
      if (isExplained) {
        const cut = describeCut(fromStep, steps, await store.messages(state.workflowId))
        tell(context, ...cutLines(verb, state, cut))
      }
      return {
        fromStep,
        queue: await chooseQueue(state),
        version: await chooseVersion(store, state, flags.toVersion),
        ...(verb === 'fork' && { newWorkflowId: flags.id ?? randomUUID() }),
      }
    }
    await runBulk(context, store, {
      verb,
      typed,
      filter,
      flags,
      options: describeOptions(flags),
      prepare,
      alwaysAsk: verb === 'rewind',
    })
  })
}

async function requireFreeId(store: Store, workflowId: string): Promise<void> {
  if ((await store.states([workflowId])).length === 0) return
  throw new CliError('id-in-use', `The id ${workflowId} is in use.`, {
    hint: `drover get ${shellWord(workflowId)}   # or give the copy another --id`,
  })
}

async function chooseVersion(
  store: Store,
  { workflowId }: WorkflowState,
  toVersion: string | undefined,
): Promise<string | undefined> {
  if (toVersion !== 'latest') return toVersion
  const application = (await store.get(workflowId))?.application ?? null
  const latest = latestVersionOf(await store.versions(), application)
  if (latest !== undefined) return latest
  throw new CliError(
    'ambiguous-version',
    `No version of ${application ?? 'its application'} is registered there.`,
    {
      hint: 'name one with --to-version',
    },
  )
}

function describeOptions({ from, id, toQueue, toVersion }: CutFlags): string {
  const given = { from, id, 'to-queue': toQueue, 'to-version': toVersion }
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${shellWord(String(value))}`)
    .join(' ')
}
