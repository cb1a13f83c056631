import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type * as Dbos from '@dbos-inc/dbos-sdk'
import type * as Executor from '@dbos-inc/dbos-sdk/internal/dbos-executor'
import type * as Decorators from '@dbos-inc/dbos-sdk/internal/decorators'
import type { SystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database'
import { CliError } from '../../core/errors.ts'
import { otherCommand, phrase } from '../../core/words/command-line.ts'

const packageName = '@dbos-inc/dbos-sdk'
const oldestMajor = 5

/** One copy of the SDK, as loaded into this process. */
export interface Sdk {
  readonly version: string
  /** Its `index.js`. */
  readonly file: string
  readonly DBOS: typeof Dbos.DBOS
  readonly registry: Pick<
    typeof Decorators,
    'finalizeClassRegistrations' | 'getAllRegisteredFunctions' | 'getClassRegistrationByName'
  >
  /** Whether the launched DBOS executes it in this process; also true where a version of the SDK does not say. */
  isRunning(workflowId: string): boolean
  /** What polls queues; undefined where a version of the SDK has no such file. Nothing is said of what it is. */
  queueRunner(): unknown
  /** From now on a launch waits for `use` right before it registers the version that it runs as. */
  beforeVersionIsRegistered(use: (version: string) => Promise<void>): void
}

/**
 * The copy that `modulePath` itself imports: another one would have an empty registry, and launching it would register
 * a version of the application that nobody can run. Throws `sdk-not-found`, `sdk-too-old`.
 */
export function loadSdk(modulePath: string): Sdk {
  const require = createRequire(modulePath)
  const file = resolveSdk(require, modulePath)
  const version = versionOf(file)
  if (Number.parseInt(version, 10) < oldestMajor) {
    throw new CliError(
      'sdk-too-old',
      `${modulePath} uses ${packageName} ${version}; drover runs 5.0 and later.`,
      {
        hint: otherCommand('npm install', [`${packageName}@latest`]),
      },
    )
  }
  return openSdk(file, version)
}

/** Copies of the SDK that were loaded beside `sdk` and hold registered workflows. */
export function otherSdksWithWorkflows(sdk: Sdk): readonly Sdk[] {
  const { cache } = createRequire(import.meta.url)
  return Object.keys(cache)
    .filter((file) => file.endsWith(path.join(packageName, 'dist/src/index.js')) && file !== sdk.file)
    .map((file) => openSdk(file, versionOf(file)))
    .filter(({ registry }) => registry.getAllRegisteredFunctions().some((reg) => reg.workflowConfig))
}

function resolveSdk(require: NodeJS.Require, modulePath: string): string {
  try {
    return require.resolve(packageName)
  } catch (cause) {
    throw new CliError('sdk-not-found', `${modulePath} cannot import ${packageName}.`, {
      hint: phrase`${otherCommand('cd', [path.dirname(modulePath)])} && ${otherCommand('npm install', [packageName])}`,
      cause,
    })
  }
}

/** As each copy of the SDK does it by itself. */
const registerVersionBySdk = new WeakMap<SystemDatabase, SystemDatabase['createApplicationVersion']>()

/** What is internal is loaded by its absolute path: not every version exports it. */
function openSdk(file: string, version: string): Sdk {
  const require = createRequire(file)
  const { DBOS }: typeof Dbos = require(file)
  const internal = (name: string) => require(path.join(path.dirname(file), name))
  const { DBOSExecutor }: typeof Executor = internal('dbos-executor.js')
  return {
    version,
    file,
    DBOS,
    registry: internal('decorators.js'),
    isRunning: (workflowId) =>
      DBOSExecutor.globalInstance?.systemDatabase.checkForRunningWorkflow?.(workflowId) ?? true,
    queueRunner: () => {
      try {
        return internal('wfqueue.js').wfQueueRunner
      } catch {
        return undefined
      }
    },
    beforeVersionIsRegistered: (use) => {
      const { prototype }: typeof SystemDatabase = internal('system_database.js').SystemDatabase
      const register = registerVersionBySdk.get(prototype) ?? prototype.createApplicationVersion
      registerVersionBySdk.set(prototype, register)
      prototype.createApplicationVersion = async function (version, ...rest) {
        await use(version)
        await register.call(this, version, ...rest)
      }
    },
  }
}

function versionOf(file: string): string {
  let folder = path.dirname(file)
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder)
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version
}
