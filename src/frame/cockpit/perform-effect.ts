import { randomUUID } from 'node:crypto'
import { nameOf } from '../../cockpit/actions.ts'
import type { Action, Message, Subject } from '../../cockpit/cockpit-model.ts'
import { createWorkflowScreen } from '../../cockpit/screens/workflow-screen.ts'
import type { Context } from '../../context.ts'
import { findActor } from '../../core/decide/find-actor.ts'
import { createWaitKnowledge } from '../../core/decide/known-waits.ts'
import { describeEarlier, submitDecision } from '../../core/decide/submit-decision.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import {
  type ManageResult,
  type ManageTarget,
  type ManageVerb,
  obstacleTo,
  pastByVerb,
} from '../../core/manage/manage.ts'
import type { Store } from '../../core/store.ts'
import type { Surroundings } from '../../render/explain/fixes.ts'
import { escapeControls, escapeName } from '../../render/text.ts'
import type { Settings } from '../../settings/settings.ts'
import type { LentStore } from '../profile/change-guard.ts'
import { findWorkflow } from '../workflow-ids.ts'

/** What the cockpit needs to act; `copy` reaches the clipboard. */
export interface Actor {
  readonly context: Context
  readonly store: LentStore
  readonly settings: Settings
  readonly surroundings: Surroundings
  copy(text: string): void
}

/** Does what was decided, and tells what became of it. Throws what was refused. */
export async function performEffect(actor: Actor, effect: Action): Promise<Message | undefined> {
  const { context, store, settings } = actor
  switch (effect.kind) {
    case 'copy':
      actor.copy(effect.text)
      return undefined
    case 'find-workflow': {
      const { workflowId } = await findWorkflow(context, store, effect.typed)
      return { type: 'open', screen: createWorkflowScreen(workflowId, actor.surroundings) }
    }
    case 'find-waits': {
      const { subject, verdict } = effect
      const { workflowId, name = (await store.get(workflowId))?.name ?? '' } = subject
      const know = createWaitKnowledge(store, settings.workflows)
      const open = await store.waits([workflowId])
      return {
        type: 'waits-found',
        subject,
        verdict,
        waits: await know(open.map((wait) => ({ ...wait, name }))),
      }
    }
    case 'find-bounds': {
      const [bounds] = await store.stepBounds([effect.subject.workflowId])
      return { type: 'bounds-found', subject: effect.subject, bounds }
    }
    // The footer asked, below a header that names the profile.
    case 'decide':
      store.guard?.allowOne()
      return decide(actor, effect)
    case 'manage':
      store.guard?.allowOne()
      return manage(store, effect.verb, effect.subject)
    case 'fork': {
      store.guard?.allowOne()
      const newWorkflowId = randomUUID()
      const forked = await manage(store, 'fork', effect.subject, { fromStep: effect.fromStep, newWorkflowId })
      if (forked.tone === 'bad') return forked
      const { text, tone } = forked
      return {
        type: 'open',
        screen: createWorkflowScreen(newWorkflowId, actor.surroundings),
        notice: { text, tone },
      }
    }
  }
}

async function decide(
  { context, store, settings }: Actor,
  { wait, verdict, comment, message, topic }: Extract<Action, { kind: 'decide' }>,
): Promise<Message> {
  const { workflows, audit } = settings
  const isRecorded = audit.value !== 'off'
  const { name, source, ...read } = wait
  const decided = await submitDecision(
    store,
    { workflows, isRecorded, now: context.now },
    {
      wait: source === 'asked' ? wait : { ...read, topic: undefined },
      name,
      verdict,
      comment,
      message,
      topic,
      actor: findActor(undefined, context.env, context.userAndHost, context.terminal.isCI),
    },
  )
  const { by, outcome, at } = decided
  const id = escapeName(waitId(wait))
  const unrecorded = isRecorded ? '' : ' Who decides is not recorded.'
  const text =
    outcome === 'stored'
      ? `${id} ${verdict} by ${escapeControls(by ?? '')}.${unrecorded}`
      : `${id} was decided so already${escapeControls(describeEarlier({ by, at }))}.`
  return { type: 'notice', text, tone: 'good' }
}

/** It was named: that it moved on meanwhile is no reason to leave it alone, as long as the verb still does something. */
async function manage(
  store: Store,
  verb: Exclude<ManageVerb, 'rewind' | 'delete'>,
  subject: Subject,
  more: Partial<ManageTarget> = {},
): Promise<Extract<Message, { type: 'notice' }>> {
  const { workflowId } = subject
  const name = nameOf(subject)
  let result: ManageResult | undefined
  for (let tries = 0; tries < 3; tries++) {
    const [state] = await store.states([workflowId])
    const obstacle = state && obstacleTo(verb, state.status)
    if (obstacle !== undefined)
      return { type: 'notice', text: `${name} is ${obstacle}: nothing to ${verb}.`, tone: 'bad' }
    result = state && (await store.manage(verb, [{ workflowId, status: state.status, ...more }]))[0]
    if (result?.outcome !== 'moved-on') break
  }
  const isDone = result?.outcome === 'changed'
  const text = isDone ? `${name} was ${pastByVerb[verb]}.` : `${name}: ${whyNot(result)}.`
  return { type: 'notice', text, tone: isDone ? 'good' : 'bad' }
}

function whyNot(result: ManageResult | undefined): string {
  switch (result?.outcome) {
    case 'moved-on':
      return `it is ${result.status} by now, and goes on moving`
    case 'failed':
      return escapeControls(result.reason)
    default:
      return 'it is not there any more'
  }
}
