import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DBOSConfig } from '@dbos-inc/dbos-sdk'
import { CliError } from '../core/errors.ts'
import type { LaunchOptions, Runtime } from '../core/runtime.ts'
import { toDbosUrl } from './connect.ts'
import { startHandingOver } from './hand-over.ts'
import { holdExecutorSlot } from './hold-executor-slot.ts'
import { registerQueues } from './register-queue.ts'
import type { Sdk } from './sdk.ts'
import { startWorkflow } from './start-workflow.ts'
import type { Lifecycle } from './take-over-lifecycle.ts'

/** How long a module that launched itself may go on with its own set-up (registering queues, say) before we go on. */
const moduleSetUpMs = 1000

interface LoadedModule {
  readonly specifier: string
  readonly sdk: Sdk
  readonly lifecycle: Lifecycle
  /** Settles when the module has been evaluated, which waits for the launch if the module awaits its own. */
  readonly imported: Promise<unknown>
}

/** Takes the executor's slot, launches DBOS with our settings over the module's, and begins to hand over. */
export async function launchRuntime(loaded: LoadedModule, options: LaunchOptions): Promise<Runtime> {
  const { sdk, lifecycle } = loaded
  const executorId = `drover-${randomUUID()}`
  const slot = await holdExecutorSlot(executorId, options.database, options.onLog)
  try {
    await launchDbos(loaded, executorId, options)
    await Promise.race([loaded.imported, sleep(moduleSetUpMs, undefined, { ref: false })])
  } catch (error) {
    await lifecycle.shutdown({ drainMs: 0 }).catch(() => {})
    await slot.release()
    throw error
  }
  const version = sdk.DBOS.applicationVersion
  const handOver = startHandingOver({ ...options, version, executorId })

  return {
    executorId,
    application: options.application,
    version,
    start: (request) => startWorkflow(sdk, request),
    shutdown: async ({ drainMs = 0 } = {}) => {
      await handOver.stop()
      await lifecycle.shutdown({ drainMs })
      await slot.release()
    },
  }
}

async function launchDbos(loaded: LoadedModule, executorId: string, options: LaunchOptions): Promise<void> {
  const registered = await registerQueues(options)
  const config = toConfig(loaded.lifecycle.configured(), executorId, options)
  await loaded.lifecycle.launch(config).catch((cause: unknown) => {
    throw toLaunchError(loaded.specifier, options, cause)
  })
  if (!registered) await registerQueues(options)
}

function toConfig(
  given: DBOSConfig | undefined,
  executorID: string,
  { database, own, application, version, queues, createQueue, onLog }: LaunchOptions,
): DBOSConfig {
  const log = (level: Parameters<LaunchOptions['onLog']>[0]) => (entry: unknown) =>
    onLog(level, toLine(entry))
  return {
    ...given,
    name: application,
    systemDatabaseUrl: toDbosUrl(database),
    systemDatabasePool: undefined,
    systemDatabaseSchemaName: database.schema,
    // Setting one makes DBOS and pg print a deprecation warning of Node's at every connection.
    systemDatabaseIdleTransactionTimeoutMs: 0,
    executorID,
    applicationVersion: version,
    runMigrations: own,
    listenQueues:
      queues === 'all' ? undefined : [...queues, ...(createQueue === undefined ? [] : [createQueue])],
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
  }
}

function toLine(entry: unknown): string {
  return String(entry).replaceAll(/\s*\n\s*/g, ' ')
}

function toLaunchError(specifier: string, { database }: LaunchOptions, cause: unknown): CliError {
  const reason = toLine(cause instanceof Error ? cause.message : cause)
  if (cause instanceof Error && cause.constructor.name === 'DBOSInitializationError') {
    return new CliError('schema-unsupported', `DBOS cannot use ${database.label}: ${reason}`, { cause })
  }
  return new CliError('app-not-loadable', `${specifier} cannot be launched: ${reason}`, { cause })
}
