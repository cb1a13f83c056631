import { CliError } from '../../../core/errors.ts'
import { nameForeignFailure } from '../../../core/foreign-failure.ts'
import type { CaseResult } from '../../../core/testing/case-result.ts'
import { gatherEvidence } from '../../../core/testing/gather-evidence.ts'
import { judgeCase, partsExpected, statusesExpected } from '../../../core/testing/judge-case.ts'
import { partsSaved, saveVariables } from '../../../core/testing/save-variables.ts'
import type { Failure, TestCase } from '../../../core/testing/test-case.ts'
import { createLookup, substituteText } from '../../../core/testing/variables.ts'
import type { Path } from '../../../core/testing/yaml-text.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { monotonicMs, timeoutSignal } from '../../../core/words/long-timer.ts'
import { endedStatuses, isEnded, type JsonValue, type Workflow } from '../../../core/workflow.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { awaitConditions } from './await-conditions.ts'
import { cancelWorkflows } from './cancel-workflows.ts'
import { findTarget } from './find-target.ts'
import { performStep } from './perform-step.ts'
import { idToStart, startSubject } from './start-subject.ts'
import { type Running, type Subject, type World, withAnotherStore } from './world.ts'

type Values = Readonly<Record<string, JsonValue>>

/** One case from its start to its verdict; it never throws what a user can meet. */
export async function runCase(
  world: World,
  test: TestCase,
  saved: Values,
  tell: (activity: string) => void,
): Promise<CaseResult> {
  const { context } = world
  const startedAt = context.now()
  const beganMs = monotonicMs()
  const variables: Record<string, JsonValue> = {}
  const lookup = createLookup([variables, test.matrix, test.vars, saved], context.env)
  const deadline = AbortSignal.any([world.signal, timeoutSignal(parseDuration(test.timeout))])
  const running: Running = { world, test, lookup, deadline, tell }
  let subject: Subject | undefined
  let place: Path = []
  const end = (outcome: CaseResult['outcome'], more: Partial<CaseResult> = {}): CaseResult => ({
    ...{ test, outcome, startedAt, failures: [], error: null, skippedFor: null, saved: {}, ...more },
    workflowId: subject?.workflowId ?? null,
    startedId: startedId(),
    durationMs: Math.round(monotonicMs() - beganMs),
  })
  /** Who was cut off while it started one under an id of its own does not know whether it did. */
  const startedId = (): string | null => {
    if (subject) return subject.isOwn ? subject.workflowId : null
    const { start } = test.spec
    const isOwnId = start !== undefined && (typeof start === 'string' || start.id === undefined)
    return isOwnId ? String(variables.workflowId) : null
  }
  try {
    const { spec } = test
    place = [spec.start === undefined ? 'attach' : 'start']
    if (spec.start !== undefined) variables.workflowId = idToStart(spec, lookup)
    subject = await begin(running, String(variables.workflowId))
    variables.workflowId = subject.workflowId
    for (const [index, step] of (spec.do ?? []).entries()) {
      place = ['do', index]
      const failures = await performStep(running, subject, step, index)
      if (failures.length > 0) return end('failed', { failures })
    }
    place = ['expect']
    const { failures, workflow } = await judge(running, subject)
    if (failures.length > 0 || !workflow) return end('failed', { failures })
    place = ['save']
    return end('passed', { saved: await save(running, workflow) })
  } catch (error) {
    const { code, message, advice } = toCliError(error)
    return end('error', { error: { code, message, advice, line: test.lineOf(place) } })
  }
}

/** A bug is told as one, and by its stack. */
function toCliError(error: unknown): CliError {
  const known = error instanceof CliError ? error : nameForeignFailure(error)
  if (!known) throw error
  return known
}

async function begin(running: Running, workflowId: string): Promise<Subject> {
  const { spec } = running.test
  running.tell(spec.start === undefined ? 'attaches' : 'starts')
  if (spec.start !== undefined) return startSubject(running, spec.start, workflowId)
  return { workflowId: await findTarget(running, spec.attach ?? '', running.deadline), isOwn: false }
}

/** Once it has ended, or at once where that is not what is expected. */
async function judge(
  running: Running,
  subject: Subject,
): Promise<{ readonly failures: readonly Failure[]; readonly workflow?: Workflow }> {
  const { world, test, lookup, tell } = running
  const expect = test.spec.expect ?? {}
  const lineOf = (path: Path) => test.lineOf(['expect', ...path])
  const statuses = statusesExpected(expect, lookup)
  const isEndExpected = [...statuses].every((status) => (endedStatuses as readonly string[]).includes(status))
  if (isEndExpected) {
    tell('waits for its end')
    const late = await awaitEnd(running, subject, expect.within)
    if (late) return { failures: [{ ...late, line: lineOf(['within']) }] }
  }
  tell('is judged')
  const workflow = await world.store.get(subject.workflowId)
  if (!workflow) throw new CliError('workflow-not-found', `${subject.workflowId} was deleted.`)
  const evidence = await gatherEvidence(world.store, workflow, partsExpected(expect))
  return { failures: await judgeCase(expect, evidence, { lookup, lineOf }), workflow }
}

/** What came of a limit that is over before its end; undefined once it has ended. */
async function awaitEnd(
  running: Running,
  subject: Subject,
  within: string | undefined,
): Promise<Omit<Failure, 'line'> | undefined> {
  const { deadline, lookup, world } = running
  const { store } = world
  const limitText = within === undefined ? undefined : substituteText(within, lookup)
  const limit =
    limitText === undefined
      ? undefined
      : timeoutSignal(await leftOf(running, subject, parseDuration(limitText)))
  const signal = limit ? AbortSignal.any([deadline, limit]) : deadline
  try {
    await awaitConditions(running, subject, [{ kind: 'ended' }], signal)
    return undefined
  } catch (error) {
    if (!limit?.aborted || deadline.aborted) throw error
    if (!(error instanceof CliError && error.code === 'timed-out')) throw error
    const status = (await store.get(subject.workflowId))?.status ?? null
    if (status !== null && isEnded(status)) return undefined
    const message = `it is ${status} after ${limitText}, expected to have ended`
    return { what: 'within', message }
  }
}

async function leftOf({ world }: Running, { workflowId }: Subject, limitMs: number): Promise<number> {
  const createdAt = (await world.store.get(workflowId))?.createdAt
  const now = await world.store.clock()
  return Math.max(1, limitMs - (now.getTime() - (createdAt ?? now).getTime()))
}

async function save({ world, test }: Running, workflow: Workflow): Promise<Values> {
  const { save } = test.spec
  if (save === undefined) return {}
  return saveVariables(save, await gatherEvidence(world.store, workflow, partsSaved(save)))
}

/** What a case that did not pass started, unless it is to be kept. What cannot be done is told. */
export async function cleanUp(world: World, { outcome, startedId }: CaseResult): Promise<void> {
  if (outcome === 'passed' || world.keep || startedId === null) return
  try {
    await withAnotherStore(world, (store) => cancelWorkflows(store, startedId, world.cancelled))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    printNotice(world.context, `${startedId} was not cancelled: ${error.message}`)
  }
}
