import { askPrefix, dbosStep, isDbosStep } from '../../dbos-names.ts'
import { CliError } from '../../errors.ts'
import type { Store } from '../../store.ts'
import { command } from '../../words/command-line.ts'
import { isJsonObject } from '../../words/json.ts'
import {
  describeError,
  isEnded,
  isUndecoded,
  type JsonValue,
  type Lineage,
  type Message,
  type Step,
  type Workflow,
} from '../../workflow.ts'
import { type Evidence, gatherEvidence, parts } from '../gather-evidence.ts'
import { createMask, type Mask, toLiteral } from './mask.ts'

type Given = { readonly [key: string]: JsonValue }

/** All of a run that a case is made of. */
interface Run {
  readonly workflow: Workflow
  readonly lineage: Lineage | undefined
  readonly evidence: Evidence
  /** Those of DBOS's own among them. */
  readonly steps: readonly Step[]
  readonly mask: Mask
}

/** The case of a run that has ended, as it stands in a file. Throws `not-ended`, and `nothing-to-do` for what nobody could repeat. */
export async function recordCase(store: Store, workflow: Workflow): Promise<Given> {
  refuseUnrepeatable(workflow)
  const { workflowId } = workflow
  const run: Run = {
    workflow,
    lineage: await store.lineage(workflowId),
    evidence: await gatherEvidence(store, workflow, new Set(parts)),
    steps: await store.steps(workflowId),
    mask: createMask(workflow),
  }
  const answers = findAnswers(run)
  const done = [...answers.filter(({ isEarly }) => !isEarly).flatMap(toSteps), ...toCancel(run)]
  const timeout = timeoutOf(workflow)
  return {
    name: toLiteral(`${workflow.name} as ${workflowId}`),
    ...(timeout && { timeout }),
    start: toStart(run, answers),
    ...(done.length > 0 && { do: done }),
    expect: toExpect(run),
  }
}

function refuseUnrepeatable({ workflowId, status, input }: Workflow): void {
  const hint = command('get', [workflowId])
  if (!isEnded(status)) {
    throw new CliError('not-ended', `${workflowId} is ${status}; a case is made of a run that has ended.`, {
      hint: command('wait', [workflowId]),
    })
  }
  if (status === 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') {
    throw new CliError('nothing-to-do', `${workflowId} ended ${status}, which no case can repeat.`, { hint })
  }
  if (isUndecoded(input)) {
    const format = input.$undecoded
    throw new CliError(
      'nothing-to-do',
      `What ${workflowId} was started with cannot be read here (${format}).`,
      {
        hint,
      },
    )
  }
}

const usualMs = 60_000

/** Enough for three times as long as it took; undefined where the usual time is enough. */
function timeoutOf({ createdAt, completedAt }: Workflow): string | undefined {
  const ms = 3 * ((completedAt ?? createdAt).getTime() - createdAt.getTime())
  return ms > usualMs ? `${Math.ceil(ms / 60_000)}m` : undefined
}

function toStart({ workflow, lineage }: Run, answers: readonly Answer[]): JsonValue {
  const { name, className, configName, input } = workflow
  const { positionalArgs, namedArgs } = isJsonObject(input)
    ? input
    : { positionalArgs: input, namedArgs: null }
  const args = Array.isArray(positionalArgs)
    ? positionalArgs
    : positionalArgs === null
      ? []
      : [positionalArgs]
  const messages = answers
    .filter(({ isEarly }) => isEarly)
    .map(({ topic, message }) => toMessage(topic, message))
  const start = {
    workflow: toLiteral(name),
    ...(args.length > 0 && { args: toLiteral(args as JsonValue) }),
    ...(namedArgs && { named: toLiteral(namedArgs) }),
    ...(className && { class: toLiteral(className) }),
    ...(configName && { instance: toLiteral(configName) }),
    ...(lineage?.partition && { partition: toLiteral(lineage.partition) }),
    ...(lineage && lineage.priority > 0 && { priority: lineage.priority }),
    ...(lineage?.timeoutMs && { workflowTimeout: `${lineage.timeoutMs}ms` }),
    ...(lineage?.attributes && { attr: toLiteral(lineage.attributes) }),
    ...(messages.length > 0 && { send: messages }),
  }
  return Object.keys(start).length === 1 ? start.workflow : start
}

/** A message that a step of the run read. */
interface Answer {
  readonly step: number
  readonly topic: string | null
  readonly message: JsonValue
  /** It was there before the workflow asked, and nothing before it gave up waiting for one. */
  readonly isEarly: boolean
  /** The workflow published what it asks. */
  readonly isAsked: boolean
  /** Another receive before it gave up: whoever answers any wait would answer that one. */
  readonly isAfterSilence: boolean
}

function findAnswers({ steps, evidence: { messages, events } }: Run): readonly Answer[] {
  const asked = [...events.keys()]
    .filter((key) => key.startsWith(askPrefix))
    .map((key) => key.slice(askPrefix.length))
  let isAfterSilence = false
  return steps
    .filter(({ name }) => name === dbosStep.recv)
    .flatMap(({ step, output, startedAt }) => {
      if (output === null) {
        isAfterSilence = true
        return []
      }
      const read = messages.find(({ readByStep }) => readByStep === step)
      const topic = read ? read.topic : asked.length === 1 ? (asked[0] ?? null) : null
      const isEarly = !isAfterSilence && isBefore(read, startedAt)
      return [{ step, topic, message: output, isEarly, isAfterSilence, isAsked: asked.includes(topic ?? '') }]
    })
}

function isBefore(message: Message | undefined, date: Date | null): boolean {
  return message !== undefined && date !== null && message.sentAt < date
}

/** As somebody would write it: a decision of the usual form as one, anything else as the message that it was. */
function toSteps({ step, topic, message, isAsked, isAfterSilence }: Answer): readonly JsonValue[] {
  const place: Given = isAfterSilence ? { step } : {}
  const decision = isAsked ? decisionOf(message) : undefined
  if (decision) {
    const { verb, as, comment } = decision
    const long: Given = {
      ...(as && { as: toLiteral(as) }),
      ...(comment && { comment: toLiteral(comment) }),
      ...place,
    }
    return [Object.keys(long).length === 0 ? verb : { [verb]: long }]
  }
  const send = { send: { ...toMessage(topic, message), ...place } }
  return isAfterSilence ? [send] : [{ wait: 'message' }, send]
}

function toMessage(topic: string | null, message: JsonValue): Given {
  return { ...(topic !== null && { topic: toLiteral(topic) }), message: toLiteral(message) }
}

interface Decided {
  readonly verb: 'approve' | 'reject'
  readonly as: string | undefined
  readonly comment: string | undefined
}

/** Undefined for what `approve` and `reject` would not send by themselves. */
function decisionOf(message: JsonValue): Decided | undefined {
  if (!isJsonObject(message)) return undefined
  const { approved, by, comment, at, ...others } = message
  if (typeof approved !== 'boolean' || typeof at !== 'string' || Object.keys(others).length > 0)
    return undefined
  const text = (value: JsonValue | undefined) =>
    typeof value === 'string' && value !== '' ? value : undefined
  if (!approved && text(comment) === undefined) return undefined
  return { verb: approved ? 'approve' : 'reject', as: text(by), comment: text(comment) }
}

/** Of one that somebody cancelled: where it had got to by then. */
function toCancel({ workflow, lineage, evidence, steps }: Run): readonly JsonValue[] {
  if (workflow.status !== 'CANCELLED' || lineage?.timeoutMs) return []
  const last = evidence.steps.at(-1)
  const isWaiting = steps.at(-1)?.name === dbosStep.sleep
  const reached = last ? `step:${last.name}` : isWaiting ? 'message' : 'status=PENDING'
  return [{ wait: toLiteral(reached) }, 'cancel']
}

/** Streams with more values than these are told by how many they are. */
const mostValues = 100

function toExpect({ workflow, evidence, mask }: Run): Given {
  const { status, output, error } = workflow
  const { events, streams, steps, children } = evidence
  if (status === 'CANCELLED') return { status }
  const own = steps.filter(({ name }) => !isDbosStep(name)).map(({ name }) => name)
  return {
    ...(status === 'SUCCESS' ? { result: mask(output) } : { status }),
    ...(error && { error: mask(describeError(error)) }),
    ...(events.size > 0 && { events: mapValues(events, mask) }),
    ...(streams.size > 0 && {
      streams: mapValues(streams, ({ values, closed }) =>
        values.length > mostValues ? { count: values.length, closed } : values.map(mask),
      ),
    }),
    steps: own.map(mask),
    ...(children.length > 0 && { children: children.map(({ name }) => mask(name)) }),
  }
}

function mapValues<Value>(values: ReadonlyMap<string, Value>, change: (value: Value) => JsonValue): Given {
  return Object.fromEntries([...values].map(([key, value]) => [key, change(value)]))
}
