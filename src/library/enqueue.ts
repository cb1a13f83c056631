import { randomUUID } from 'node:crypto'
import { CliError } from '../core/errors.ts'
import {
  chooseVersion,
  lastQueueOf,
  onlyLiveApplication,
  onlyRegisteredApplication,
  requireApplication,
} from '../core/identity.ts'
import { shellWord } from '../core/shell-word.ts'
import type { Store } from '../core/store.ts'
import { internalQueue, type JsonValue } from '../core/workflow.ts'
import { findOrigins } from '../core/workflow-name.ts'
import type { Settings } from '../settings/settings.ts'

/** What is not given is filled in from how this name ran before, as `drover start` does. */
export interface StartOptions {
  readonly workflowId?: string
  readonly queue?: string
  readonly application?: string
  readonly version?: string
}

interface Place {
  readonly store: Store
  readonly settings: Pick<Settings, 'application'>
  readonly env: Readonly<Record<string, string | undefined>>
}

export async function enqueue(
  { store, settings, env }: Place,
  typed: string,
  args: readonly JsonValue[],
  { workflowId = randomUUID(), queue, ...options }: StartOptions,
): Promise<string> {
  const { name, className, origins } = await findOrigins(store, typed, undefined)
  const [latest] = origins
  const executors = await store.executors()
  const application = requireApplication([
    options.application,
    settings.application?.value,
    latest?.application,
    onlyLiveApplication(executors),
    onlyRegisteredApplication(await store.versions()),
  ])
  const outcome = await store.start({
    name,
    className: className ?? latest?.className ?? undefined,
    configName: latest?.configName ?? undefined,
    workflowId,
    args,
    queue: queue ?? lastQueueOf(origins) ?? ((await store.hasQueue('drover')) ? 'drover' : internalQueue),
    application,
    version: chooseVersion({ env }, { store, application, flag: options.version, executors }),
  })
  if (outcome === 'started') return workflowId
  throw new CliError('id-in-use', `The id ${workflowId} is in use.`, {
    hint: `drover get ${shellWord(workflowId)}`,
  })
}
