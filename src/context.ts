import type { DatabaseTarget } from './core/database.ts'
import type { LocalDatabase } from './core/embedded-database.ts'
import type { ExitCode } from './core/exit-codes.ts'
import type { ProjectFiles } from './core/project-files.ts'
import type { ReloadedProcess, Reloading } from './core/run/reload.ts'
import type { App, LoadOptions } from './core/run/runtime.ts'
import type { StartedLog } from './core/started-log.ts'
import type { Store } from './core/store.ts'
import type { Terminal } from './terminal/terminal.ts'

/** How this process is asked to stop: ctrl-c, SIGTERM or SIGHUP. */
export interface Interrupts {
  /** Aborted by the first one, with reason `'SIGINT'`, `'SIGTERM'` or `'SIGHUP'` (`'SIGPIPE'` when stdout's reader left, `reloadReason` when the next process takes over). The second one kills. */
  readonly signal: AbortSignal
}

/** A drover process of our own making, for the demo's crash. */
export interface ChildProcess {
  /** Resolves to how it ended. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
}

/** Everything that a command may touch. The only injection there is. */
export interface Context {
  readonly version: string
  /** `executable` is one file that attaches to databases: it has no embedded Postgres, and loads no application. */
  readonly edition: 'package' | 'executable'
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Where drover keeps its files. */
  readonly home: string
  /** The words by which this command line named the database, not quoted: each command that is printed carries them. */
  readonly databaseFlags: readonly string[]
  readonly interrupts: Interrupts
  /** Loaded by the first who asks. Throws `package-needed` in the executable. */
  local(): Promise<LocalDatabase>
  readonly started: StartedLog
  /** OS user and host, such as `ada@laptop`. */
  userAndHost(): string
  now(): Date
  /** Resolves early, without an error, when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** The files that choose a database here. */
  readonly projectFiles: ProjectFiles
  /** Text of a file, undefined where there is none. */
  readFile(path: string): Promise<string | undefined>
  /** The bytes of a file as they come; fails with a clear sentence where there is none. */
  readChunks(path: string): Promise<AsyncIterable<Uint8Array>>
  /** In place of what was there. */
  writeFile(path: string, text: string): Promise<void>
  /** In one move, and only this user can read the file; makes the folder that it is in. */
  writePrivate(path: string, text: string): Promise<void>
  /** On the disk when it resolves. Only this user can read the file. */
  appendFile(path: string, text: string): Promise<void>
  /** Connects, and says within `connectTimeoutMs` if it cannot. */
  openStore(target: DatabaseTarget): Promise<Store>
  /** Imports a module that registers workflows: a path, or `drover:demo`. Throws `package-needed` in the executable. */
  loadApp(specifier: string, options: LoadOptions): Promise<App>
  /** What this process is to one of drover's that starts it again when files change; undefined elsewhere. */
  readonly reloaded: ReloadedProcess | undefined
  /** How to do that. Loaded by the first who asks. */
  reloading(): Promise<Reloading>
  /** What the process will exit with; a worse one wins over an earlier one. */
  exitWith(code: ExitCode): void
  /** Runs a line of the shell with this on its stdin; what it prints goes to stderr. Its exit code; null where a signal ended it. */
  runShell(line: string, stdin: string): Promise<number | null>
  /** Starts `drover` again with these arguments, and these variables over the environment of this process; its output is discarded. */
  spawnDrover(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess
}
