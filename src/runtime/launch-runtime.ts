import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DBOSConfig } from '@dbos-inc/dbos-sdk'
import type pg from 'pg'
import { droverSession, lockKey, queueOfPayload, toOwnExecutorId, toSessionName } from '../core/dbos-names.ts'
import { CliError } from '../core/errors.ts'
import type { LaunchOptions, Runtime } from '../core/run/runtime.ts'
import { waitForTurn } from '../core/wait-for-turn.ts'
import { withConnection } from '../db/connection/connect.ts'
import { createPool, nameSessions } from './create-pool.ts'
import { toDbosUrl } from './dbos-url.ts'
import { handBack, startHandingOver } from './hand-over.ts'
import { registerAsOlder } from './keep-latest-version.ts'
import { runnableWorkflows } from './module/registered-workflows.ts'
import type { Sdk } from './module/sdk.ts'
import type { Lifecycle } from './module/take-over-lifecycle.ts'
import { nameTaken } from './name-taken.ts'
import { registerQueues } from './queues/register-queues.ts'
import { takeQueueRunner } from './queues/wake-queues.ts'
import { startReconciling } from './reconcile.ts'
import { holdExecutorSlot } from './slot/hold-executor-slot.ts'
import { toStartFailure } from './start-failure.ts'
import { startWorkflow } from './start-in-process.ts'

/** How long a module that launched itself may go on with its own set-up (registering queues, say) before we go on. */
const moduleSetUpMs = 1000
/** What DBOS says when it took a workflow whose name is not registered here; it is then told in other words. */
const tookUnknown = /^Could not execute workflow with id .*Cannot find workflow function/

interface LoadedModule {
  readonly specifier: string
  readonly sdk: Sdk
  readonly lifecycle: Lifecycle
  /** Settles when the module has been evaluated, which waits for the launch if the module awaits its own. */
  readonly imported: Promise<unknown>
}

/** Takes the executor's slot, launches DBOS with our settings over the module's, and begins to hand over. */
export async function launchRuntime(loaded: LoadedModule, given: LaunchOptions): Promise<Runtime> {
  const { sdk, lifecycle } = loaded
  let reconciling: ReturnType<typeof startReconciling> | undefined
  const options: LaunchOptions = {
    ...given,
    onLog: (level, line) => {
      if (typeof line === 'string' && tookUnknown.test(line)) reconciling?.look()
      else given.onLog(level, line)
    },
  }
  const executorId = given.executorId ?? toOwnExecutorId(randomUUID())
  let waker: ReturnType<typeof takeQueueRunner> | undefined
  const slot = await holdExecutorSlot(
    { executorId, application: given.application, version: given.version ?? '', registration: null },
    options.database,
    options.onLog,
    (payload) => {
      const queue = queueOfPayload(given.database.schema, payload)
      if (queue !== undefined) waker?.wake(queue)
    },
  )
  const taken = takeQueueRunner(sdk.queueRunner(), { onClaim: () => reconciling?.rouse() })
  waker = taken
  const config = toConfig(loaded, executorId, options)
  const { own, application, database } = options
  const pool = config.systemDatabasePool
  sdk.beforeVersionIsRegistered(async (version) => {
    if (!own) await registerAsOlder(pool, database, { application, version })
  })
  const shutDown = async (drainMs: number) => {
    taken.stop()
    await lifecycle.shutdown({ drainMs })
    await config.systemDatabasePool.end()
  }
  try {
    await launchDbos(loaded, config, options)
    const setUp = loaded.imported.catch((cause: unknown) => {
      throw toStartFailure(cause) ?? toLaunchError(loaded.specifier, options, cause)
    })
    await Promise.race([setUp, sleep(moduleSetUpMs, undefined, { ref: false })])
  } catch (error) {
    await shutDown(0).catch(() => {})
    await slot.release()
    throw error
  }
  loaded.imported.catch((error: unknown) => {
    const { message, hint } = nameTaken(error, options.application, options.database) ?? {
      message: toLine(error),
    }
    options.onLog('error', hint === undefined ? message : `${message} hint: ${hint}`)
  })
  const version = sdk.DBOS.applicationVersion
  const registered = runnableWorkflows(sdk)
  const handOverOptions = { ...options, version, executorId, registered }
  await slot.announce({
    executorId,
    schema: options.database.schema,
    application: options.application,
    version,
    registration: { queues: config.listenQueues ?? 'all', workflows: registered },
  })
  nameSessions(config.systemDatabasePool, toSessionName(executorId, version))
  const handOver = startHandingOver({ ...handOverOptions, pool: config.systemDatabasePool })
  reconciling = startReconciling({
    ...handOverOptions,
    pool: config.systemDatabasePool,
    isRunning: sdk.isRunning,
    hearsClaims: taken.hearsClaims,
  })

  return {
    executorId,
    application: options.application,
    version,
    start: async (request) => {
      await startWorkflow(sdk, request)
      reconciling?.rouse()
    },
    shutdown: async ({ drainMs = 0 } = {}) => {
      await Promise.all([handOver.stop(), reconciling?.stop()])
      await shutDown(drainMs)
      await handBack(handOverOptions)
      await slot.release()
    },
  }
}

async function launchDbos(loaded: LoadedModule, config: DBOSConfig, options: LaunchOptions): Promise<void> {
  const launch = () => loaded.lifecycle.launch(config).catch(failLaunch(loaded.specifier, options))
  if (!options.own && options.createQueue === undefined) return launch()

  const lending = { sessionName: `${droverSession}-launch`, silenceMs: Infinity }
  await withConnection(options.database, lending, async (client) => {
    if (options.own) await takeTurn(client, options)
    const registered = await registerQueues(client, options)
    await launch()
    if (!registered) await registerQueues(client, options)
  })
}

/**
 * One launch at a time, until `client` disconnects: migrations of DBOS that run at the same time fail on each other.
 * Asks again and again, because a session that waits for a lock would hold up `create index concurrently` for ever.
 */
async function takeTurn(client: pg.Client, { database, onNotice }: LaunchOptions): Promise<void> {
  const take = `select pg_try_advisory_lock(${lockKey.launch}) as taken`
  const isOurs = await waitForTurn({
    take: async () => (await client.query(take)).rows[0].taken,
    sleep,
    onLongWait: () => onNotice(`Waiting for another drover process that launches in ${database.label}.`),
  })
  if (isOurs) return
  throw new CliError(
    'schema-missing',
    `Another drover process has been launching in ${database.label} for minutes.`,
    { hint: 'end that process, and run the same command again' },
  )
}

function toConfig(
  { sdk, lifecycle }: LoadedModule,
  executorID: string,
  { database, own, application, version, queues, createQueue, onLog }: LaunchOptions,
): DBOSConfig & { readonly systemDatabasePool: pg.Pool } {
  const given = lifecycle.configured()
  const url = toDbosUrl(database)
  const log = (level: Parameters<LaunchOptions['onLog']>[0]) => (entry: unknown) =>
    onLog(level, toLine(entry))
  return {
    ...given,
    name: application,
    systemDatabaseUrl: url,
    systemDatabasePool: createPool(sdk, {
      target: database,
      url,
      sessionName: toSessionName(executorID, version ?? process.env.DBOS__APPVERSION ?? ''),
      size: given?.systemDatabasePoolSize,
      onLog,
    }),
    systemDatabaseSchemaName: database.schema,
    // Setting one makes DBOS and pg print a deprecation warning of Node's at every connection.
    systemDatabaseIdleTransactionTimeoutMs: 0,
    executorID,
    applicationVersion: version,
    runMigrations: own,
    listenQueues:
      queues === 'all' ? undefined : [...queues, ...(createQueue === undefined ? [] : [createQueue.name])],
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
  }
}

function toLine(entry: unknown): string {
  return String(entry instanceof Error ? entry.message : entry).replaceAll(/\s*\n\s*/g, ' ')
}

function failLaunch(specifier: string, options: LaunchOptions): (cause: unknown) => never {
  return (cause) => {
    throw toLaunchError(specifier, options, cause)
  }
}

function toLaunchError(
  specifier: string,
  { application, database }: LaunchOptions,
  cause: unknown,
): CliError {
  const taken = nameTaken(cause, application, database)
  if (taken) return taken
  const reason = toLine(cause)
  if (cause instanceof Error && cause.constructor.name === 'DBOSInitializationError') {
    return new CliError('schema-unsupported', `DBOS cannot use ${database.label}: ${reason}`, {
      hint: 'migrate it with the application that owns it, or choose another database with --db-url',
      cause,
    })
  }
  return new CliError('app-not-loadable', `${specifier} cannot be launched: ${reason}`, { cause })
}
