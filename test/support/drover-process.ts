import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { atEndOfFile } from './end-of-file.ts'
import { waitUntil } from './wait-until.ts'

export const droverBin = path.join(import.meta.dirname, '../../bin/drover.js')

/** Puts a `drover` into a folder, for whoever finds it on the PATH. */
export async function writeDroverScript(folder: string): Promise<void> {
  const script = `#!/bin/sh\nexec '${process.execPath}' '${droverBin}' "$@"\n`
  await writeFile(path.join(folder, 'drover'), script, { mode: 0o755 })
}

export interface DroverOptions {
  /** Of its own for every test file; the embedded database is in it. */
  readonly home: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly bin?: string
}

export interface DroverRun {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface DroverProcess {
  readonly process: ChildProcess
  /** What came on stderr so far. */
  stderr(): string
  readonly ended: Promise<DroverRun>
}

/** The built binary in a process of its own. */
export function startDrover(args: readonly string[], options: DroverOptions): DroverProcess {
  const child = spawn(process.execPath, [options.bin ?? droverBin, ...args], {
    cwd: options.cwd ?? options.home,
    env: { ...cleanEnvironment(), DROVER_HOME: options.home, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  atEndOfFile(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = Promise.all([text(child.stdout), once(child, 'close')]).then(([stdout]) => ({
    code: child.exitCode,
    stdout,
    stderr,
  }))
  return { process: child, stderr: () => stderr, ended }
}

export function runDrover(args: readonly string[], options: DroverOptions): Promise<DroverRun> {
  return startDrover(args, options).ended
}

/** Resolves when a worker is ready; rejects with what it said when it ended before. */
export async function untilReady(worker: DroverProcess): Promise<void> {
  const isReady = () => worker.stderr().includes('Ready for ')
  let isOver = false
  void worker.ended.then(() => {
    isOver = true
  })
  await waitUntil('the worker is ready', () => isReady() || isOver)
  if (!isReady()) throw new Error(worker.stderr())
}

/** Nothing of the machine that the tests run on says which database, colour or CI it is. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, TMPDIR, USER: 'ada' }
}
