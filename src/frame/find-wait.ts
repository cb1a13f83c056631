import type { Context } from '../context.ts'
import { type Actor, deciderOf, waitId } from '../core/decision.ts'
import { CliError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { isEnded, type Message, type Wait, type Workflow } from '../core/workflow.ts'
import { findExactWorkflow } from './workflow-ids.ts'

export interface OpenWait {
  readonly workflow: Workflow
  readonly wait: Wait
}

export interface AnsweredWait {
  readonly workflow: Workflow
  readonly step: number
  readonly answer: Message
}

/** A retry that names no step could answer the next gate by accident for this long. */
const retryWindowMs = 10_000

/** What the user typed for a wait: `ID#STEP`, or an id with exactly one open wait. Throws what stands against it. */
export async function findWait(
  context: Context,
  store: Store,
  typed: string,
  actor: Actor,
): Promise<OpenWait | AnsweredWait> {
  const { workflow, step } = await findAddressed(context, store, typed)
  const { workflowId } = workflow
  const open = await store.waits([workflowId])
  const messages = await store.messages(workflowId)
  const wait = step === undefined ? onlyOne(workflow, open) : open.find((one) => one.step === step)
  if (!wait) {
    const answer = messages.find(({ readByStep }) => step !== undefined && readByStep === step)
    if (answer && step !== undefined) return { workflow, step, answer }
    throw notOpen(workflow, step)
  }
  if (step === undefined) refuseHastyRetry(context, wait, messages, actor)
  return { workflow, wait }
}

/** An exact id wins, even one that ends in `#3`. */
async function findAddressed(
  context: Context,
  store: Store,
  typed: string,
): Promise<{ readonly workflow: Workflow; readonly step: number | undefined }> {
  const match = /^(.+)#(\d+)$/s.exec(typed)
  const whole = match ? await store.get(typed) : await findExactWorkflow(context, store, typed)
  if (whole) return { workflow: whole, step: undefined }
  const workflow = await findExactWorkflow(context, store, match?.[1] ?? typed)
  return { workflow, step: Number(match?.[2]) }
}

function onlyOne(workflow: Workflow, open: readonly Wait[]): Wait {
  const [wait, ...others] = open
  if (!wait) throw notOpen(workflow, undefined)
  if (others.length === 0) return wait
  throw new CliError('ambiguous-id', `${workflow.workflowId} waits in ${open.length} places.`, {
    hint: `name one: ${open.map(waitId).join(', ')}`,
  })
}

function notOpen({ workflowId, status }: Workflow, step: number | undefined): CliError {
  if (isEnded(status)) {
    return new CliError('already-ended', `${workflowId} ended ${status}; it waits for nothing.`, {
      hint: `drover get ${workflowId}`,
    })
  }
  const what = step === undefined ? 'does not wait for a message now' : `does not wait at step ${step} now`
  return new CliError('wait-not-found', `${workflowId} ${what}.`, {
    hint: `drover wait ${workflowId} --for message`,
  })
}

function refuseHastyRetry({ now }: Context, wait: Wait, messages: readonly Message[], actor: Actor): void {
  const recent = messages.find(
    ({ message, sentAt, read }) =>
      read && deciderOf(message) === actor.name && now().getTime() - sentAt.getTime() < retryWindowMs,
  )
  if (!recent) return
  throw new CliError(
    'already-decided',
    `You decided another wait of ${wait.workflowId} a moment ago, at ${recent.sentAt.toISOString()}.`,
    { hint: `if you mean the next one, name it: ${waitId(wait)}` },
  )
}
