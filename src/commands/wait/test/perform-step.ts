import { findActor } from '../../../core/decide/find-actor.ts'
import { submitDecision } from '../../../core/decide/submit-decision.ts'
import { submitMessage } from '../../../core/decide/submit-message.ts'
import { assertAll } from '../../../core/testing/judge-case.ts'
import {
  type AnswerSpec,
  type SendSpec,
  type StepSpec,
  verbs,
} from '../../../core/testing/schema/step-schema.ts'
import type { Failure } from '../../../core/testing/test-case.ts'
import { substituteText, substituteValue } from '../../../core/testing/variables.ts'
import type { Path } from '../../../core/testing/yaml-text.ts'
import { parseCondition } from '../../../core/wait/condition.ts'
import { notMetYet, settle } from '../../../core/wait/waiting.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { timeoutSignal } from '../../../core/words/long-timer.ts'
import type { JsonValue } from '../../../core/workflow.ts'
import { awaitConditions } from './await-conditions.ts'
import { awaitOpenWait } from './await-open-wait.ts'
import { cancelWorkflows } from './cancel-workflows.ts'
import { findTarget } from './find-target.ts'
import type { Running, Subject, Within } from './world.ts'

/** Does what a step says; what it expects in vain comes back. Throws what kept it from being done. */
export async function performStep(
  running: Running,
  subject: Subject,
  given: StepSpec | 'approve' | 'cancel',
  index: number,
): Promise<readonly Failure[]> {
  const step: StepSpec = typeof given === 'string' ? { [given]: null } : given
  const { deadline, test, lookup } = running
  const ownMs = step.timeout === undefined ? undefined : parseDuration(substituteText(step.timeout, lookup))
  const signal = ownMs === undefined ? deadline : AbortSignal.any([deadline, timeoutSignal(ownMs)])
  const target =
    step.workflow === undefined
      ? subject
      : { ...subject, workflowId: await findTarget(running, step.workflow, signal) }
  const lineOf = (path: Path) => test.lineOf(['do', index, ...path])
  const within = { running, subject: target, signal, lineOf }
  const verb = verbs.find((one) => step[one] !== undefined)
  switch (verb) {
    case 'send':
      return send(within, step.send as SendSpec)
    case 'approve':
    case 'reject':
      return decide(within, verb, step[verb] ?? null)
    case 'cancel':
      running.tell('cancels it')
      await cancelWorkflows(running.world.store, target.workflowId, running.world.cancelled)
      return []
    default:
      return waitAndAssert(within, step)
  }
}

async function waitAndAssert(
  { running, subject, signal, lineOf }: Within,
  { wait, assert }: StepSpec,
): Promise<readonly Failure[]> {
  const { lookup, tell } = running
  const texts = [wait ?? []].flat().map((text) => substituteText(text, lookup))
  tell(`waits for ${texts.join(' and ')}`)
  const awaited = await awaitConditions(running, subject, texts.map(parseCondition), signal)
  const { expectation } = awaited
  if (awaited.isMet)
    return assertAll(assert, expectation.value, { path: ['assert'], what: 'assert' }, { lookup, lineOf })
  const settled = settle(expectation, awaited.workflow)
  const message = settled?.kind === 'unmet' ? settled.error.message : notMetYet(expectation)
  return [{ line: lineOf(['wait']), what: `wait ${expectation.unmet}`, message }]
}

async function send(within: Within, spec: SendSpec): Promise<readonly Failure[]> {
  const { running, subject } = within
  const { lookup, world, tell } = running
  if (spec.step !== undefined) {
    const waited = await awaitOpenWait(within, 'send', spec.step)
    if ('message' in waited) return [waited]
  }
  tell('sends a message')
  const text = (typed: string | undefined) =>
    typed === undefined ? undefined : substituteText(typed, lookup)
  await submitMessage(world.store, {
    workflowId: subject.workflowId,
    topic: text(spec.topic) ?? null,
    message: substituteValue(spec.message as JsonValue, lookup),
    idempotencyKey: text(spec.key),
  })
  return []
}

async function decide(
  within: Within,
  verb: 'approve' | 'reject',
  given: string | AnswerSpec | null,
): Promise<readonly Failure[]> {
  const { lookup, world } = within.running
  const { context, store, rules } = world
  const spec: AnswerSpec = typeof given === 'string' ? { comment: given } : (given ?? {})
  const text = (typed: string | undefined) =>
    typed === undefined ? undefined : substituteText(typed, lookup)
  const actor = findActor(text(spec.as), context.env, context.userAndHost, context.terminal.isCI)
  const waited = await awaitOpenWait(within, verb, spec.step)
  if ('message' in waited) return [waited]
  await submitDecision(store, rules, {
    ...waited,
    actor,
    verdict: verb === 'approve' ? 'approved' : 'rejected',
    comment: text(spec.comment) ?? null,
    ...(spec.data !== undefined && { message: substituteValue(spec.data as JsonValue, lookup) }),
    ...(spec.topic !== undefined && { topic: text(spec.topic ?? undefined) ?? null }),
  })
  return []
}
