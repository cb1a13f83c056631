import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { type DroverProcess, type DroverRun, startDrover } from './drover-process.ts'
import { lendStore } from './lend-store.ts'
import { type CliRun, runCli } from './run-cli.ts'
import { createHome, removeHome } from './throw-away-home.ts'
import { waitUntil } from './wait-until.ts'

/**
 * Where processes of drover work on a database of the server that all tests share, so that no process starts and stops
 * one of its own, and where a test looks at it without a process.
 */
export interface Workplace {
  readonly database: TestDatabase
  readonly home: string
  readonly store: Store
  /** What a process of drover finds there, besides the home. */
  readonly env: Readonly<Record<string, string>>
  /** The built binary, at work. */
  start(...args: readonly string[]): DroverProcess
  /** The built binary, until it has ended. */
  run(...args: readonly string[]): Promise<DroverRun>
  /** The same command line in this process, for what is no test of the binary. */
  drover(...args: readonly string[]): Promise<CliRun>
  /** Resolves when the workflow exists and one of the conditions, as `wait --for` takes them, holds of it. */
  reached(workflowId: string, condition: string): Promise<void>
  remove(): Promise<void>
}

export async function createWorkplace(options: { readonly own?: boolean } = {}): Promise<Workplace> {
  const [database, home] = [await createTestDatabase(options), await createHome()]
  const store = await openStore(database.target)
  const env = { DROVER_DB_URL: database.target.url }
  const start: Workplace['start'] = (...args) => startDrover(args, { home, env })
  const drover: Workplace['drover'] = async (...args) =>
    runCli(args, { store: lendStore(store), now: new Date() })
  return {
    database,
    home,
    store,
    env,
    start,
    run: (...args) => start(...args).ended,
    drover,
    reached: async (workflowId, condition) => {
      await waitUntil(`${workflowId} exists`, async () => (await store.get(workflowId)) !== undefined)
      const { code, stderr } = await drover('wait', workflowId, '--for', condition)
      if (code !== 0) throw new Error(`${workflowId} never came to ${condition}: ${stderr}`)
    },
    remove: async () => {
      await store.close()
      await database.drop()
      await removeHome(home)
    },
  }
}
