import { type ChildProcess, execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { isEnded, type Workflow } from '../../src/core/workflow.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { type DroverProcess, startDrover, untilReady } from './drover-process.ts'
import { atEndOfFile } from './end-of-file.ts'
import { lendStore } from './lend-store.ts'
import { type CliRun, runCli } from './run-cli.ts'
import { createHome, removeHome } from './throw-away-home.ts'
import { waitUntil } from './wait-until.ts'

const plainWorker = path.join(import.meta.dirname, '../fixtures/plain-worker.mjs')
const app = path.join(import.meta.dirname, '../fixtures/causes.mjs')

/** drover as somebody has it on the database. */
interface Desk {
  /** One command line in this process, on the real database. */
  drover(...args: readonly string[]): Promise<CliRun>
  /** What `explain` says as soon as this is its cause. */
  explained(workflowId: string, cause: string): Promise<ExplanationJson>
}

/** A database with real workers on it, and drover as its owner has it there. */
export interface Field extends Desk {
  /** A directory that goes with it. */
  readonly home: string
  readonly database: TestDatabase
  readonly store: Store
  /** A worker in a process of its own, once it is ready. */
  worker(...options: readonly string[]): Promise<DroverProcess>
  /** A process of the application's own that drover did not start: its executor is `local`. */
  plainWorker(): Promise<ChildProcess>
  /** What a role has there that is not the owner. */
  as(role: string): Desk
  /** A command as it was suggested, through a shell: workers in a process of their own, all else in this one. */
  type(command: string): Promise<CliRun | undefined>
  ended(workflowId: string): Promise<Workflow>
  readonly workers: readonly DroverProcess[]
  leave(): Promise<void>
}

export interface ExplanationJson {
  readonly cause: string
  readonly why: string
  readonly evidence: Readonly<Record<string, string>>
  readonly unknown: readonly string[]
  readonly also: readonly { readonly cause: string }[]
  readonly because: readonly { readonly workflowId: string; readonly cause: string }[]
  readonly fix: readonly [{ readonly command: string }, ...{ readonly command: string }[]]
}

export async function createField(options: { readonly own?: boolean } = {}): Promise<Field> {
  const database = await createTestDatabase(options)
  const home = await createHome()
  const store = await openStore(database.target)
  const workers: DroverProcess[] = []
  const children: ChildProcess[] = []
  const files = { '/project/drover.config.json': JSON.stringify({ app }) }

  const worker = async (args: readonly string[]) => {
    const started = startDrover(['worker', ...args], { home, env: { DROVER_DB_URL: database.target.url } })
    workers.push(started)
    await untilReady(started)
    return started
  }
  const deskOf = (open: () => Promise<Store>): Desk => {
    const drover = async (...args: readonly string[]) =>
      runCli(args, { store: await open(), now: new Date(), files })
    return {
      drover,
      explained: (workflowId, cause) => {
        let last = 'nothing'
        return waitUntil(`${workflowId} is explained by ${cause}`, async () => {
          const { stdout, stderr } = await drover('explain', workflowId, '-o', 'json')
          if (stdout === '') throw new Error(stderr)
          const explanation: ExplanationJson = JSON.parse(stdout)
          last = explanation.cause
          return explanation.cause === cause && explanation
        }).catch((error: Error) => {
          throw new Error(`${error.message}: it is explained by ${last}`)
        })
      },
    }
  }
  const desk = deskOf(async () => lendStore(store))

  return {
    ...desk,
    as: (role) => deskOf(() => openStore(database.targetAs(role))),
    database,
    home,
    store,
    worker: (...more) => worker(['--app', app, ...more]),
    plainWorker: async () => {
      const child = fork(plainWorker, [database.target.url], { stdio: 'ignore' })
      children.push(child)
      atEndOfFile(() => child.kill('SIGKILL'))
      await once(child, 'message')
      return child
    },
    type: async (commands) => {
      let last: CliRun | undefined
      for (const command of commands.split(' && ')) {
        const [program, verb = '', ...args] = await wordsOf(command)
        expect(program).toBe('drover')
        if (verb === 'worker') await worker(args)
        else last = await desk.drover(verb, ...args)
        if (last?.code) break
      }
      return last
    },
    ended: (workflowId) =>
      waitUntil(`${workflowId} ended`, async () => {
        const workflow = await store.get(workflowId)
        return workflow && isEnded(workflow.status) && workflow
      }),
    workers,
    leave: async () => {
      for (const child of children) child.kill('SIGKILL')
      for (const { process } of workers) process.kill('SIGKILL')
      await Promise.all(workers.map(({ ended }) => ended))
      await store.close()
      await database.drop()
      await removeHome(home)
    },
  }
}

/** As a shell takes it. */
async function wordsOf(command: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\0' ${command}`])
  return stdout.split('\0').slice(0, -1)
}
