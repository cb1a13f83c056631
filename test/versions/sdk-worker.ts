import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { TestDatabase } from '../support/database.ts'
import { installBeside } from './sdk-cache.ts'

/** The worker of test/fixtures, with one workflow that has ended and one that waits. */
export function startWorker(sdkVersion: string, database: TestDatabase): Promise<ChildProcess> {
  return startFixture(sdkVersion, database, 'versions-worker.mjs', {})
}

/** What `versions-shapes.mjs` makes before it is ready: without a prefix nothing. */
export interface Shapes {
  readonly prefix?: string
  /** Of each shape. */
  readonly count?: number
  readonly hostile?: string
}

export function startShapes(
  sdkVersion: string,
  database: TestDatabase,
  shapes: Shapes = {},
): Promise<ChildProcess> {
  return startFixture(sdkVersion, database, 'versions-shapes.mjs', { SHAPES: JSON.stringify(shapes) })
}

async function startFixture(
  sdkVersion: string,
  { target }: TestDatabase,
  fixture: Parameters<typeof installBeside>[1],
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const script = await installBeside(sdkVersion, fixture)
  const worker = fork(script, {
    cwd: path.dirname(script),
    env: { PATH: process.env.PATH, WORKER_DATABASE_URL: target.url, ...env },
    stdio: 'ignore',
    execArgv: [],
  })
  const gone = once(worker, 'exit').then(([code]) => {
    throw new Error(`the worker exited with ${code}`)
  })
  await Promise.race([once(worker, 'message'), gone])
  gone.catch(() => {})
  return worker
}

export async function stopWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const gone = once(worker, 'exit')
  worker.kill('SIGKILL')
  await gone
}
