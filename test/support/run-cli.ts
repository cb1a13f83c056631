import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../src/cli/run-program.ts'
import type { Context } from '../../src/context.ts'
import type { LocalDatabase } from '../../src/core/embedded-database.ts'
import { type ExitCode, worstExitCode } from '../../src/core/exit-codes.ts'
import type { ProjectFiles } from '../../src/core/project-files.ts'
import type { Reloading } from '../../src/core/run/reload.ts'
import type { App } from '../../src/core/run/runtime.ts'
import type { Store } from '../../src/core/store.ts'
import { createFakeProjectFiles } from './fake-project-files.ts'
import { createFakeTerminal, type FakeTerminal, type FakeTerminalOptions } from './fake-terminal.ts'

export interface RunCliOptions extends FakeTerminalOptions {
  readonly store?: Store
  /** By default the package, as it is installed. */
  readonly edition?: Context['edition']
  /** What connecting throws. */
  readonly failure?: Error
  /** How a database is opened; the command line names it. */
  readonly openStore?: Context['openStore']
  readonly app?: App
  readonly local?: Partial<LocalDatabase>
  readonly env?: Readonly<Record<string, string>>
  readonly now?: Date
  /** Files by absolute path. */
  readonly files?: Readonly<Record<string, string>>
  /** By default the files above, all of this user. */
  readonly projectFiles?: ProjectFiles
  /** By default it knows `lastStarted` alone. */
  readonly started?: Context['started']
  /** What `@last` is. */
  readonly lastStarted?: string
  readonly interrupt?: AbortSignal
  /** Files by absolute path that the command may append to; it sees what it wrote. */
  readonly written?: Record<string, string>
  /** Is given the terminal before the command runs: whoever types into a full screen needs it. */
  readonly onTerminal?: (terminal: FakeTerminal) => void
  readonly runShell?: (line: string, stdin: string) => Promise<number | null>
  /** What this process is to one that starts it again. */
  readonly reloaded?: Context['reloaded']
  /** How processes are started again, and files watched. */
  readonly reloading?: Reloading
  /** How long it slept, in order. */
  readonly slept?: number[]
}

export interface CliRun {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
  readonly frames: string[][]
  /** Ids that the command remembered for `@last`. */
  readonly remembered: readonly string[]
}

/** Runs one command line through the real parser, in this process; `'cancel wf-1'`, or its arguments where they have spaces. */
export async function runCli(line: string | readonly string[], options: RunCliOptions = {}): Promise<CliRun> {
  const argv = typeof line === 'string' ? line.split(' ') : line
  const fake = createFakeTerminal(options)
  const { terminal, stdout, stderr, frames } = fake
  options.onTerminal?.(fake)
  const codes: ExitCode[] = []
  const remembered: string[] = []
  const missing = (what: string) => (): never => {
    throw new Error(`this test gave no ${what}`)
  }
  const hasDatabase = (options.store ?? options.failure) !== undefined
  const local = { exists: () => false, ...options.local } as LocalDatabase
  const context: Context = {
    version: '0.0.0-test',
    edition: options.edition ?? 'package',
    terminal,
    env: { ...(hasDatabase ? { DROVER_DB_URL: 'postgres://localhost/test' } : {}), ...options.env },
    cwd: '/project',
    home: '/home-of-drover',
    databaseFlags: [],
    interrupts: { signal: options.interrupt ?? new AbortController().signal },
    started: options.started ?? {
      remember: async (_, workflowId) => void remembered.push(workflowId),
      last: async () => options.lastStarted,
    },
    userAndHost: () => 'ada@laptop',
    now: () => options.now ?? new Date('2026-01-02T03:05:05Z'),
    sleep: async (ms, signal) => {
      if (options.slept) options.slept.push(ms)
      else await sleep(ms, undefined, { signal }).catch(() => {})
    },
    projectFiles: options.projectFiles ?? createFakeProjectFiles({ files: options.files }),
    readFile: async (path) => options.written?.[path] ?? options.files?.[path],
    readChunks: async (path) => chunksOf(options.written?.[path] ?? options.files?.[path] ?? ''),
    writeFile: async (path, text) => {
      const { written = missing('file to write')() } = options
      written[path] = text
    },
    writePrivate: async (path, text) => {
      if (options.written) options.written[path] = text
    },
    appendFile: async (path, text) => {
      const { written = missing('file to write')() } = options
      written[path] = (written[path] ?? '') + text
    },
    local: async () => local,
    openStore: async (target) => {
      if (options.openStore) return options.openStore(target)
      if (options.failure) throw options.failure
      return options.store ?? missing('store')()
    },
    loadApp: async () => options.app ?? missing('app')(),
    reloaded: options.reloaded,
    reloading: async () => options.reloading ?? missing('reloading')(),
    exitWith: (code) => codes.push(code),
    spawnDrover: missing('process'),
    runShell: options.runShell ?? missing('shell'),
  }
  await run(context, argv)
  return { code: worstExitCode(codes), stdout: stdout(), stderr: stderr(), frames: frames(), remembered }
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
