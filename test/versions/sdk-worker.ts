import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { TestDatabase } from '../support/database.ts'
import { installBeside } from './sdk-cache.ts'

/** The worker of test/fixtures, with one workflow that has ended and one that waits. */
export async function startWorker(sdkVersion: string, { target }: TestDatabase): Promise<ChildProcess> {
  const script = await installBeside(sdkVersion, 'versions-worker.mjs')
  const worker = fork(script, {
    cwd: path.dirname(script),
    env: { PATH: process.env.PATH, WORKER_DATABASE_URL: target.url },
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
