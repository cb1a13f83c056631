import { randomUUID } from 'node:crypto'
import { CliError } from '../../../core/errors.ts'
import { planStart } from '../../../core/run/plan-start.ts'
import { findRegistered } from '../../../core/run/registered-workflow.ts'
import type { StartRequest } from '../../../core/run/start.ts'
import { portableArguments, requireSameCall, startOrAttach } from '../../../core/run/start-or-attach.ts'
import type { CaseSpec, StartSpec } from '../../../core/testing/schema/test-schema.ts'
import { type Lookup, substituteText, substituteValue } from '../../../core/testing/variables.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { requireWorkflowId } from '../../../core/words/workflow-id.ts'
import type { JsonValue } from '../../../core/workflow.ts'
import { requireExecutor } from '../../../frame/start/first-executor.ts'
import { findStartObstacles } from '../../../frame/start/preflight.ts'
import { whyOver } from './await-conditions.ts'
import type { Running, Subject, World } from './world.ts'

/** What a case asks to be started, its variables replaced. */
interface Wish {
  readonly spec: StartSpec
  readonly name: string
  readonly workflowId: string
  readonly args: readonly JsonValue[]
  text(key: 'queue' | 'class' | 'instance' | 'application' | 'appVersion'): string | undefined
  readonly options: Partial<StartRequest>
}

/** The id under which a case starts its workflow: what it says, else one that tells of the case. */
export function idToStart({ name, start }: CaseSpec, lookup: Lookup): string {
  const id = typeof start === 'object' ? start.id : undefined
  if (id !== undefined) return requireWorkflowId(substituteText(id, lookup))
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40)
  return `${words === '' ? 'case' : words}-${randomUUID().replaceAll('-', '').slice(0, 12)}`
}

/** Starts it here or for a worker elsewhere, once one is there that takes it. Throws what forbids it, or `timed-out`. */
export async function startSubject(
  running: Running,
  given: string | StartSpec,
  workflowId: string,
): Promise<Subject> {
  const wish = toWish(given, workflowId, running.lookup)
  return running.world.local && !needsQueue(wish.spec)
    ? startHere(running.world, wish)
    : enqueue(running, wish)
}

/** Only a queue can do what these ask for. */
function needsQueue(spec: StartSpec): boolean {
  const { workflow, args, id, class: className, instance, ...others } = spec
  return Object.values(others).some((value) => value !== undefined)
}

function toWish(given: string | StartSpec, workflowId: string, lookup: Lookup): Wish {
  const spec = typeof given === 'string' ? { workflow: given } : given
  const text = (typed: string | undefined) =>
    typed === undefined ? undefined : substituteText(typed, lookup)
  const values = (typed: unknown) => substituteValue(typed as JsonValue, lookup)
  const { args = [], named, portable, priority, attr, send = [] } = spec
  const [delay, timeout, dedup, partition] = [
    spec.delay,
    spec.workflowTimeout,
    spec.dedup,
    spec.partition,
  ].map(text)
  const messages = send.map(({ topic, message }) => ({
    topic: text(topic) ?? null,
    message: values(message),
  }))
  return {
    spec,
    name: substituteText(spec.workflow, lookup),
    workflowId,
    args: values(args) as readonly JsonValue[],
    text: (key) => text(spec[key]),
    options: {
      ...(priority !== undefined && { priority }),
      ...(delay !== undefined && { delayMs: parseDuration(delay) }),
      ...(timeout !== undefined && { timeoutMs: parseDuration(timeout) }),
      ...(dedup !== undefined && { deduplicationId: dedup }),
      ...(partition !== undefined && { partition }),
      ...(attr !== undefined && { attributes: values(attr) as StartRequest['attributes'] }),
      ...(portable && portableArguments),
      ...(named !== undefined && { namedArgs: values(named) as StartRequest['namedArgs'] }),
      ...(messages.length > 0 && { messages }),
    },
  }
}

async function startHere({ local, store }: World, wish: Wish): Promise<Subject> {
  if (!local) throw new Error('there is no runtime here')
  const { name, workflowId, args, text } = wish
  const found = findRegistered(local.app, name, { class: text('class'), instance: text('instance') })
  const existing = await store.get(workflowId)
  if (existing) requireSameCall(existing, found.workflow.name, args)
  else await local.runtime.start({ ...found, workflowId, args })
  return { workflowId, isOwn: !existing }
}

async function enqueue(running: Running, wish: Wish): Promise<Subject> {
  const { world, tell } = running
  const { context, store, settings } = world
  const request = await untilTaken(running, async () => {
    const { name, args, workflowId, text, options } = wish
    const appVersion = text('appVersion') ?? world.appVersion
    const planned = await planStart(
      { store, env: context.env, application: settings.application?.value },
      {
        ...{ name, args, workflowId, options, version: appVersion },
        className: text('class'),
        instance: text('instance'),
        queue: text('queue'),
        application: text('application') ?? world.application,
      },
      {
        ask: true,
        check: ({ application, executors }) =>
          requireExecutor(context, { store, flag: appVersion, executors }, application),
      },
    )
    await findStartObstacles(context, store, settings, { ...planned, strict: true })
    return planned.request
  })
  tell('starts')
  const { workflowId, attachedTo } = await startOrAttach(store, request, 'reject')
  return { workflowId, isOwn: attachedTo === null }
}

const firstPauseMs = 50
const longestPauseMs = 500

/** Again while a worker may be on its way. Throws why it was in vain when the time is over. */
async function untilTaken<Result>(running: Running, plan: () => Promise<Result>): Promise<Result> {
  const { world, deadline, tell } = running
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      return await plan()
    } catch (error) {
      if (!(error instanceof CliError && error.isTransient)) throw error
      if (world.context.interrupts.signal.aborted) throw await whyOver(running, 'a worker', undefined)
      if (deadline.aborted) throw error
      tell('waits for a worker')
    }
    await world.context.sleep(pauseMs, deadline)
  }
}
