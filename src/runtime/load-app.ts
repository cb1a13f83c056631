import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CliError } from '../core/errors.ts'
import type { App, LoadOptions } from '../core/run/runtime.ts'
import { otherCommand, type Phrase, phrase } from '../core/words/command-line.ts'
import { launchRuntime } from './launch-runtime.ts'
import { readsMetadata, wantsDecoratorMetadata } from './module/decorator-metadata.ts'
import { findUpward } from './module/find-above.ts'
import { importModule } from './module/import-module.ts'
import { redirectConsole } from './module/redirect-console.ts'
import { registeredWorkflows, whatLacks } from './module/registered-workflows.ts'
import { loadSdk, otherSdksWithWorkflows, type Sdk } from './module/sdk.ts'
import { settleModule } from './module/settle-module.ts'
import { takeOverLifecycle } from './module/take-over-lifecycle.ts'
import { toStartFailure, watchListening } from './start-failure.ts'

const loadable = /\.[mc]?[jt]s$/

interface LoadAppOptions extends LoadOptions {
  readonly cwd: string
  /** Modules that ship with drover, by specifier. */
  readonly builtIns: Readonly<Record<string, () => Promise<object>>>
  /** Where the module's `console` writes to; stderr by default. */
  readonly consoleOutput?: NodeJS.WritableStream
  /** Hears of each file of the application's own that is loaded; not with a built-in module. */
  readonly onFile?: (file: string) => void
}

/**
 * Imports a module that registers workflows, without launching it even if it launches itself.
 * Throws `app-not-loadable`, `app-registers-nothing`, `sdk-not-found`, `sdk-too-old`.
 */
export async function loadApp(specifier: string, options: LoadAppOptions): Promise<App> {
  const builtIn = options.builtIns[specifier]
  const file = builtIn ? fileURLToPath(import.meta.url) : resolveModule(specifier, options.cwd)
  const sdk = loadSdk(file)
  const lifecycle = takeOverLifecycle(sdk.DBOS)
  watchListening()
  redirectConsole(options.consoleOutput ?? process.stderr)

  const imported = (builtIn ?? (() => importModule(file, options.onFile)))()
  const noteMetadata = () => noteMissingMetadata(specifier, file, options)
  imported.then(noteMetadata, noteMetadata)
  const lacks = () => whatLacks(sdk, options.wanted)
  const exported = await settleModule({ ...options, specifier, file, imported, lifecycle, lacks }).catch(
    (cause: unknown) => {
      throw cause instanceof CliError ? cause : (toStartFailure(cause) ?? notLoadable(specifier, file, cause))
    },
  )
  const workflows = registeredWorkflows(sdk)
  if (workflows.length === 0) throw registersNothing(specifier, sdk, exported)

  return {
    specifier,
    configuredName: lifecycle.configured()?.name || null,
    configuredVersion: lifecycle.configured()?.applicationVersion || null,
    packageName: builtIn ? null : packageNameOf(file),
    sdkVersion: sdk.version,
    workflows,
    launch: (launchOptions) => launchRuntime({ specifier, sdk, lifecycle, imported }, launchOptions),
  }
}

/** What a dependency injection by types gets otherwise is `undefined`, which shows later and elsewhere. */
function noteMissingMetadata(specifier: string, file: string, { onNotice }: LoadOptions): void {
  const tsconfig = /\.[mc]?ts$/.test(file) && findUpward(path.dirname(file), 'tsconfig.json')
  if (!tsconfig || !wantsDecoratorMetadata(tsconfig) || !readsMetadata()) return
  onNotice(
    `warning: ${specifier} is loaded without "emitDecoratorMetadata", which its tsconfig.json asks for: what is injected by type is undefined.`,
  )
  onNotice('hint: npx tsc   # builds it; then --app names what was built, such as dist/main.js')
}

function resolveModule(specifier: string, cwd: string): string {
  const file = path.resolve(cwd, specifier)
  if (!existsSync(file)) {
    throw new CliError('app-not-loadable', `There is no module ${file}.`, {
      hint: '--app takes the path of a module, or drover:demo',
    })
  }
  if (!loadable.test(file)) {
    throw new CliError('app-not-loadable', `${file} is not a JavaScript or TypeScript module.`, {
      hint: '--app takes a .ts, .mts, .cts, .js, .mjs or .cjs file',
    })
  }
  return file
}

function packageNameOf(file: string): string | null {
  const manifest = findUpward(path.dirname(file), 'package.json')
  if (!manifest) return null
  const { name } = JSON.parse(readFileSync(manifest, 'utf8'))
  return typeof name === 'string' && name !== '' ? name : null
}

function registersNothing(specifier: string, sdk: Sdk, exported: object): CliError {
  const [other] = otherSdksWithWorkflows(sdk)
  if (other) {
    return new CliError(
      'app-registers-nothing',
      `The workflows of ${specifier} are registered with another copy of the SDK (${other.file}) than the one that it imports itself (${sdk.file}).`,
      { hint: 'npm dedupe, or point --app at a module beside the workflows' },
    )
  }
  const names = Object.keys(exported).filter((name) => name !== 'default' && name !== 'module.exports')
  const reason = names.length > 0 ? `it only exports ${names.join(', ')}` : 'it exports nothing either'
  return new CliError('app-registers-nothing', `${specifier} registers no workflow: ${reason}.`, {
    hint: 'register functions with DBOS.registerWorkflow or @DBOS.workflow(), and point --app at a module that imports them',
  })
}

/** Legacy decorators that were compiled as standard ones fail inside the SDK. */
const wrongDecorators = /reading 'value'[\s\S]*wrapDBOSFunctionAndRegister/
/** An optional dependency of what loads TypeScript. */
const missingCompiler = /^The package "(@esbuild\/[\w-]+)" could not be found/
const missingPackage = /^Cannot find (?:package|module) '((?:@[^/']+\/)?[\w-][^/']*)/

function notLoadable(specifier: string, file: string, cause: unknown): CliError {
  const compiler = missingCompiler.exec(cause instanceof Error ? cause.message : '')?.[1]
  if (compiler !== undefined) return lacksCompiler(specifier, compiler, cause)
  const reason = reasonOf(cause)
  const place = placeOf(cause)
  const where = place === undefined || reason.includes(place) ? '' : ` (${place})`
  return new CliError('app-not-loadable', `${specifier} cannot be loaded: ${reason}${where}.`, {
    hint: howToMend(file, cause, place),
    cause,
  })
}

/** Whoever installs drover to attach leaves out what is optional. */
function lacksCompiler(specifier: string, compiler: string, cause: unknown): CliError {
  return new CliError(
    'app-not-loadable',
    `${specifier} cannot be loaded: the package ${compiler}, which compiles TypeScript, is not installed.`,
    { hint: 'npm install --include=optional, or name what was built, such as --app dist/app.js', cause },
  )
}

function howToMend(file: string, cause: unknown, place: string | undefined): Phrase {
  const { stack = '', message = '' } = cause instanceof Error ? cause : {}
  if (wrongDecorators.test(stack)) return 'set "experimentalDecorators": true in its tsconfig.json'
  const missing = missingPackage.exec(message)?.[1]
  if (missing !== undefined)
    return phrase`${otherCommand('cd', [path.dirname(file)])} && ${otherCommand('npm install', [missing])}`
  // Of text that it cannot parse Node says the place only to who runs it.
  if (place === undefined && /\.[mc]?js$/.test(file))
    return phrase`${otherCommand('node', [file])}   # shows where`
  return 'with DEBUG=drover in the environment drover shows the whole stack'
}

const ownFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** The first line of the user's own on the stack. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const frames = stack.matchAll(/(?<![^\s(])(file:\/\/)?(\/[^\s():?]+)(?:\?[^\s():]*)?:(\d+):\d+\)?$/gm)
  for (const [, isUrl, name = '', line] of frames) {
    const file = isUrl ? decodeURIComponent(name) : name
    if (!file.includes('/node_modules/') && !file.startsWith(ownFolder)) return `${file}:${line}`
  }
  return undefined
}

/** The first line, and the next one too where the first only announces it. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  const [first = '', second] = message.split('\n')
  const text = first.endsWith(':') && second !== undefined ? `${first} ${second}` : first
  return text.replace(/\.$/, '')
}
