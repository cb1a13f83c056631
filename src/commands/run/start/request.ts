import { randomUUID } from 'node:crypto'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { parseAttribute } from '../../../core/manage/workflow-filter.ts'
import { planStart, type StartPlan } from '../../../core/run/plan-start.ts'
import type { StartRequest } from '../../../core/run/start.ts'
import { portableArguments } from '../../../core/run/start-or-attach.ts'
import { qualifiedName } from '../../../core/run/workflow-name.ts'
import type { Store } from '../../../core/store.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { isJsonObject, parseJson, parseJsonOrString } from '../../../core/words/json.ts'
import { requireWorkflowId } from '../../../core/words/workflow-id.ts'
import type { JsonValue } from '../../../core/workflow.ts'
import { requireExecutor } from '../../../frame/start/first-executor.ts'
import type { Settings } from '../../../settings/settings.ts'
import type { StartFlags } from './flags.ts'

interface Asked {
  readonly name: string
  readonly args: readonly JsonValue[]
  readonly flags: StartFlags
  /** What `parseOptions` made of the flags. */
  readonly options: Partial<StartRequest>
}

/**
 * Fills in what was not asked for, as every door of drover does. With a time limit what only an executor tells waits for the
 * first one: throws `timed-out` while there is none.
 */
export function toRequest(
  { env }: Pick<Context, 'env'>,
  store: Store,
  settings: Settings,
  { name, args, flags, options }: Asked,
): Promise<StartPlan> {
  const { appVersion, timeout, strict, id } = flags
  const wish = {
    name,
    args,
    workflowId: id === undefined ? randomUUID() : requireWorkflowId(id),
    className: flags.class,
    instance: flags.instance,
    queue: flags.queue,
    application: flags.application,
    version: appVersion,
    options,
  }
  return planStart({ store, env, application: settings.application?.value }, wish, {
    // What ran before tells all of it, but not whether it still would.
    ask: strict,
    check: ({ application, executors }) => {
      if (timeout !== undefined) requireExecutor({ env }, { store, flag: appVersion, executors }, application)
    },
  })
}

/** What was chosen, as one line. */
export function describeRequest(request: StartRequest, store: Store): string {
  const { className, configName, application, version, queue, name } = request
  const owner =
    className === undefined
      ? ''
      : `${qualifiedName(className, name)}${configName ? ` of ${configName}` : ''}, `
  return `${owner}${application}, version ${version ?? '(the latest)'}, queue ${queue}, in ${store.database.label}`
}

/** Of the flags what is the request's as it stands. Throws `invalid-argument`. */
export function parseOptions(flags: StartFlags): Partial<StartRequest> {
  const { priority, delay, workflowTimeout, dedup, attr, partition, named, portable, send } = flags
  const messages = send.map(parseMessage)
  return {
    ...(priority !== undefined && { priority }),
    ...(delay !== undefined && { delayMs: parseDuration(delay) }),
    ...(workflowTimeout !== undefined && { timeoutMs: parseDuration(workflowTimeout) }),
    ...(dedup !== undefined && { deduplicationId: dedup }),
    ...(attr.length > 0 && { attributes: Object.fromEntries(attr.map(parseAttribute)) }),
    ...(partition !== undefined && { partition }),
    ...(portable && portableArguments),
    ...(named !== undefined && { namedArgs: parseNamed(named) }),
    ...(messages.length > 0 && { messages }),
  }
}

function parseNamed(text: string): Readonly<Record<string, JsonValue>> {
  const value = parseJson(text, 'the --named')
  if (isJsonObject(value)) return value
  throw new CliError('invalid-argument', 'The --named is not a JSON object.', {
    hint: `--named '{"amount": 300}'`,
  })
}

/** `TOPIC=MESSAGE`; without a topic, `=MESSAGE`. */
function parseMessage(text: string): { readonly topic: string | null; readonly message: JsonValue } {
  const [, topic, message] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (topic !== undefined && message !== undefined) {
    return { topic: topic === '' ? null : topic, message: parseJsonOrString(message) }
  }
  throw new CliError('invalid-argument', `"${text}" is not a topic and a message.`, {
    hint: `--send approval='{"approved": true}'`,
  })
}
