import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { LaunchOptions } from '../core/runtime.ts'
import type { DatabaseTarget } from '../core/store.ts'
import { connect } from './connect.ts'

const firstRetryMs = 50
const longestRetryMs = 2000

interface ExecutorSlot {
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
  let client = await lock()

  async function lock(): Promise<pg.Client> {
    const locked = await connect(database, 'drover-executor')
    await locked.query(`select pg_advisory_lock(${slotKey('$1::text')})`, [executorId])
    locked.once('end', () => {
      if (!released.signal.aborted) relocking = relock()
    })
    return locked
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
