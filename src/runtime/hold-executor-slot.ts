import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { LaunchOptions } from '../core/runtime.ts'
import type { DatabaseTarget } from '../core/store.ts'
import { connect } from './connect.ts'
import { runnableKey } from './runnable.ts'

const firstRetryMs = 50
const longestRetryMs = 2000

interface ExecutorSlot {
  /** Says for as long as this executor lives what it runs: what `toRunnable` gives. */
  announce(runnables: readonly string[]): Promise<void>
  release(): Promise<void>
}

/** The key of the advisory lock that says "this executor lives", as an SQL expression over `executorId`. */
export function slotKey(executorId: string): string {
  return `hashtextextended('drover:' || ${executorId}, 0)`
}

/**
 * Locks the executor's slot on a connection of its own, and locks it again as soon as that connection was lost.
 * Throws when the first attempt fails.
 */
export async function holdExecutorSlot(
  executorId: string,
  database: DatabaseTarget,
  onLog: LaunchOptions['onLog'],
): Promise<ExecutorSlot> {
  const released = new AbortController()
  let relocking = Promise.resolve()
  let announced: readonly string[] = []
  let client = await lock()

  async function lock(): Promise<pg.Client> {
    const locked = await connect(database, 'drover-executor')
    await locked.query(`select pg_advisory_lock(${slotKey('$1::text')})`, [executorId])
    await share(locked)
    locked.once('end', () => {
      if (!released.signal.aborted) relocking = relock()
    })
    return locked
  }

  async function share(locked: pg.Client): Promise<void> {
    if (announced.length === 0) return
    const each = `select pg_advisory_lock_shared(${runnableKey('runnable')}) from unnest($1::text[]) as runnable`
    await locked.query(each, [announced])
  }

  async function relock(): Promise<void> {
    for (let waitMs = 0; !released.signal.aborted; waitMs = nextWaitMs(waitMs)) {
      await sleep(waitMs, undefined, { signal: released.signal }).catch(() => {})
      try {
        client = await lock()
        onLog('info', `locked the slot of ${executorId} again`)
        return
      } catch (error) {
        onLog('debug', `the slot of ${executorId} is not locked: ${String(error)}`)
      }
    }
  }

  return {
    announce: async (runnables) => {
      announced = runnables
      // A connection that is lost meanwhile is made again with what is announced.
      await share(client).catch((error: unknown) => onLog('debug', `not announced yet: ${String(error)}`))
    },
    release: async () => {
      released.abort()
      await relocking
      await client.end().catch(() => {})
    },
  }
}

function nextWaitMs(waitMs: number): number {
  return Math.min(Math.max(waitMs * 2, firstRetryMs), longestRetryMs)
}
