import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { findOwnCall } from './cli/own-call.ts'
import { prepareReport, report, run } from './cli/run-program.ts'
import type { ChildProcess, Context } from './context.ts'
import type { LocalDatabase } from './core/embedded-database.ts'
import { CliError } from './core/errors.ts'
import { type ExitCode, exitCodes, worstExitCode } from './core/exit-codes.ts'
import { bringsNoDatabase, needsPackage } from './core/run/needs-package.ts'
import { typeDroverAs } from './core/words/command-line.ts'
import { sleep } from './core/words/long-timer.ts'
import { droverHome } from './local/cluster/home.ts'
import { createStartedLog } from './local/cluster/started-file.ts'
import { makeHome, writePrivateFile } from './local/home/private-file.ts'
import { readChunks } from './local/home/read-chunks.ts'
import { createProjectFiles } from './local/home/read-project-files.ts'
import { readTextFile } from './local/home/read-text-file.ts'
import { takeChildRole } from './reload/child-role.ts'
import { toAppCrash, toAppExit, toAppStandstill } from './runtime/app-end.ts'
import { watchReader } from './terminal/closed-reader.ts'
import { createTerminal } from './terminal/process-terminal.ts'
import { standardOutput } from './terminal/standard-output.ts'

/**
 * The composition root: the only place that knows the real process. Resolves to its exit code once all output is out.
 * The executable, which has no `package.json` beside it, says which version it is.
 */
export async function main(
  argv: readonly string[],
  executable?: { readonly version: string },
): Promise<ExitCode> {
  prepareForPg()
  silenceWarnings()
  const {
    env,
    platform,
    argv: [, script = ''],
  } = process
  if (!executable) typeDroverAs(() => findOwnCall({ script, env, platform, isThere: existsSync }))
  const interrupts = new AbortController()
  const reloaded = takeChildRole(interrupts)
  const terminal = createTerminal({
    get stdin() {
      return process.stdin
    },
    stdout: standardOutput(1, () => process.stdout),
    stderr: standardOutput(2, () => process.stderr),
    env: process.env,
    signal: interrupts.signal,
    onClosedPipe: () => interrupts.abort('SIGPIPE'),
    onBrokenOutput: (error) =>
      endWith(new CliError('output-failed', `Cannot write the output: ${error.message}.`)),
  })
  const leaveSignals = listenForSignals(interrupts, { isLastWord: reloaded === undefined })
  watchReader(() => interrupts.abort('SIGPIPE'))

  const home = droverHome(process.env, {
    platform: process.platform,
    uid: process.getuid?.(),
    get homeDirectory() {
      return os.homedir()
    },
  })
  const codes: ExitCode[] = []
  let app: { readonly specifier: string; isLoaded: boolean } | undefined
  let isOver = false
  let local: Promise<LocalDatabase> | undefined

  const context: Context = {
    version: executable?.version ?? ownVersion(),
    edition: executable ? 'executable' : 'package',
    terminal,
    env: process.env,
    cwd: process.cwd(),
    home,
    databaseFlags: [],
    interrupts: { signal: interrupts.signal },
    started: createStartedLog(home),
    userAndHost,
    now: () => new Date(),
    sleep,
    projectFiles: createProjectFiles(home),
    readFile: (file) => readTextFile(file, interrupts.signal),
    readChunks: (file) => readChunks(file, interrupts.signal),
    writeFile: (file, text) => writeFile(file, text),
    writePrivate: async (file, text) => {
      if (path.dirname(file) === home) makeHome(home)
      else await mkdir(path.dirname(file), { recursive: true })
      writePrivateFile(file, text)
    },
    appendFile: appendToDisk,
    reloaded,
    reloading: async () => {
      const { createReloading } = await import('./reload/reloading.ts')
      return createReloading(ownProgram(), argv)
    },
    exitWith: (code) => codes.push(code),
    spawnDrover,
    runShell,
    local: async () => {
      if (executable) throw bringsNoDatabase()
      local ??= import('./local/local-database.ts').then(({ createLocalDatabase }) =>
        createLocalDatabase({ home, env: process.env, onNotice: (notice) => terminal.note(notice) }),
      )
      return local
    },
    openStore: async (target) => {
      const { openStore } = await import('./db/open-store.ts')
      return openStore(target, {}, terminal.note, interrupts.signal)
    },
    loadApp: async (specifier, options) => {
      if (executable) throw needsPackage('--app')
      const { loadApp } = await import('./runtime/load-app.ts')
      const sayAtOnce = await prepareReport(context, argv)
      const loading = { specifier, isLoaded: false }
      app = loading
      process.on('exit', (code) => {
        // Who was asked to stop may do so.
        if (isOver || interrupts.signal.aborted) return
        process.exitCode = sayAtOnce(toAppExit(loading, code))
        void terminal.flush()
      })
      const loaded = await loadApp(specifier, {
        ...options,
        cwd: process.cwd(),
        builtIns,
        consoleOutput: linesTo(terminal.note),
        onFile: reloaded?.reportFile,
      })
      loading.isLoaded = true
      void reloaded?.report('loaded')
      process.once('beforeExit', () => {
        if (!isOver) endWith(toAppStandstill(loading))
      })
      return loaded
    },
  }

  let ending: Promise<never> | undefined
  /** For what goes wrong outside the command, which is left where it is. */
  const endWith = (error: unknown) => {
    isOver = true
    ending ??= report(context, argv, error)
      .finally(() => terminal.flush())
      .then(
        (code) => process.exit(code),
        () => process.exit(exitCodes.bug.code),
      )
  }
  process.on('uncaughtException', (error) => {
    const isLeftToUs = process.listenerCount('uncaughtException') === 1
    if (isLeftToUs) endWith(app ? toAppCrash(error) : error)
  })

  await run(context, argv)
  await (await local)?.leave()
  // A reader that never reads on must not make this process one that only SIGKILL ends.
  leaveSignals()
  await Promise.race([terminal.flush(), ...(wasStopped(interrupts.signal) ? [untilNobodyReads()] : [])])
  await ending
  isOver = true
  return worstExitCode(codes)
}

/** What an application says in this process goes above a live picture, line by line. */
function linesTo(note: (line: string) => void): Writable {
  let rest = ''
  return new Writable({
    decodeStrings: false,
    write: (chunk, _, done) => {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) note(line)
      done()
    },
  })
}

const builtIns = { 'drover:demo': () => import('./demo/workflows.ts') }

/** Node 20 has no `navigator`, and pg then loads all of undici to find out where it runs. */
function prepareForPg(): void {
  const scope = globalThis as { navigator?: object }
  scope.navigator ??= { userAgent: `Node.js/${process.versions.node}` }
}

/** What Node and pg have to say to programmers must not mix with drover's talk, which may be JSON. */
function silenceWarnings(): void {
  process.removeAllListeners('warning')
  const isWanted = process.env.DEBUG?.split(',').includes('drover') ?? false
  if (isWanted) process.on('warning', ({ name, message }) => process.stderr.write(`${name}: ${message}\n`))
}

/** By whoever may not be kept waiting. */
function wasStopped({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason !== 'SIGPIPE'
}

/** Resolves once a reader has taken nothing for a second. */
async function untilNobodyReads(): Promise<void> {
  let left = Number.POSITIVE_INFINITY
  while (process.stdout.writableLength < left) {
    left = process.stdout.writableLength
    await sleep(1000)
  }
}

/**
 * The first ctrl-c asks the command to end in order, the second one does not ask. Returns how to leave it to the system again.
 * Of a process that another one started that one has the last word: here the same ctrl-c may come twice, from it and from
 * the terminal.
 */
function listenForSignals(interrupts: AbortController, { isLastWord }: { isLastWord: boolean }): () => void {
  const exitCodeBySignal = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const listen = (signal: (typeof signals)[number]) => {
    if (interrupts.signal.aborted && isLastWord) process.exit(exitCodeBySignal[signal])
    interrupts.abort(signal)
  }
  for (const signal of signals) process.on(signal, listen)
  return () => {
    if (isLastWord) for (const signal of signals) process.off(signal, listen)
  }
}

function ownVersion(): string {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8')).version
}

function userAndHost(): string {
  return `${userName()}@${os.hostname()}`
}

/** A uid without a passwd entry, as in many containers, has no name. */
function userName(): string {
  try {
    return os.userInfo().username
  } catch {
    return process.env.USER ?? `uid-${process.getuid?.()}`
  }
}

async function appendToDisk(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

function ownProgram(): string {
  return path.join(import.meta.dirname, '../bin/drover.js')
}

function spawnDrover(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [ownProgram(), ...args], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  })
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }))
  return { exited, kill: (signal) => void child.kill(signal) }
}

async function runShell(line: string, stdin: string): Promise<number | null> {
  const child = spawn(line, { shell: true, stdio: ['pipe', 2, 2] })
  // It need not read what it is given.
  child.stdin?.on('error', () => {}).end(stdin)
  const [code] = await once(child, 'exit')
  return code
}
