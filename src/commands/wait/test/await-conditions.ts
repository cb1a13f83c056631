import { CliError } from '../../../core/errors.ts'
import type { Store } from '../../../core/store.ts'
import type { Condition } from '../../../core/wait/condition.ts'
import type { Expectation } from '../../../core/wait/expectation.ts'
import { Waiting } from '../../../core/wait/waiting.ts'
import { asText, command } from '../../../core/words/command-line.ts'
import { isEnded, type Workflow } from '../../../core/workflow.ts'
import { surroundingsOf, whyNotMoving } from '../../../frame/print-explanation.ts'
import { type Running, type Subject, type World, withAnotherStore } from './world.ts'

/** What came first: it was met, or the workflow ended without it. */
export type Awaited =
  | { readonly isMet: true; readonly expectation: Expectation; readonly workflow: Workflow | undefined }
  | { readonly isMet: false; readonly expectation: Expectation; readonly workflow: Workflow }

/** Throws `timed-out` with why it did not move, `workflow-not-found` where it was deleted, or why nobody could look. */
export async function awaitConditions(
  running: Running,
  { workflowId, isOwn }: Subject,
  conditions: readonly Condition[],
  signal: AbortSignal,
): Promise<Awaited> {
  const { store } = running.world
  const waiting = await Waiting.begin(store, [workflowId], conditions, { isFromStart: isOwn })
  const [expectation] = waiting.expected as [Expectation]
  let workflow: Workflow | undefined
  for await (const change of store.follow([workflowId], { signal, cursors: false, ...waiting.following })) {
    expectation.take(change)
    if (change.type === 'status') workflow = change.workflow
    if (expectation.isMet || (workflow && isEnded(workflow.status))) break
  }
  if (expectation.isMet) return { isMet: true, expectation, workflow }
  if (workflow && isEnded(workflow.status)) return { isMet: false, expectation, workflow }
  const near = expectation.reached === '' ? '' : ` (${expectation.reached})`
  const what = expectation.unmet === 'ended' ? 'its end' : expectation.unmet
  throw await whyOver(running, `${what}${near}`, workflowId)
}

/** Why what was waited for did not come: to be thrown. */
export async function whyOver(
  { world, deadline, test }: Running,
  what: string,
  workflowId: string | undefined,
): Promise<unknown> {
  if (world.context.interrupts.signal.aborted) return new CliError('interrupted', 'It was interrupted.')
  const time = deadline.aborted && !world.signal.aborted ? ` of ${test.timeout}` : ''
  const sentence = `The time${time} ran out while waiting for ${what}.`
  try {
    const why = await withAnotherStore(world, (store) => explainWait(world, store, workflowId))
    return new CliError('timed-out', why ? `${sentence} ${why.sentence}` : sentence, {
      hint: why?.fix ? asText(`${why.fix.command}   # ${why.fix.effect}`) : undefined,
      quotes: why?.sentence,
    })
  } catch (error) {
    return error
  }
}

/** Throws `workflow-not-found` where it was deleted. */
async function explainWait({ context, settings }: World, store: Store, workflowId: string | undefined) {
  if (workflowId === undefined) return undefined
  const why = await whyNotMoving(store, workflowId, surroundingsOf(context, store, settings))
  if (why) return why
  throw new CliError('workflow-not-found', `${workflowId} was deleted.`, { hint: command('list') })
}
