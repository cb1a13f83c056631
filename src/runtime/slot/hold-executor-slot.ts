import type pg from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { enqueuedChannel, lockKey, slotSession } from '../../core/dbos-names.ts'
import { type ExecutorAnswer, toAnswerPages } from '../../core/run/executor-protocol.ts'
import type { LaunchOptions } from '../../core/run/runtime.ts'
import { nextWaitMs } from '../../core/words/back-off.ts'
import { sleep } from '../../core/words/long-timer.ts'
import { connect } from '../../db/connection/connect.ts'
import { toRunnable } from '../module/runnable.ts'
import { answerQuestions } from './answer-questions.ts'
import { createSlotStatements, type SlotStatements } from './slot-statements.ts'

const retries = { firstMs: 50, longestMs: 2000 }

interface ExecutorSlot {
  /** Says for as long as this executor lives what it runs, and answers whoever asks. */
  announce(answer: ExecutorAnswer): Promise<void>
  release(): Promise<void>
}

/**
 * Locks the executor's slot on a connection of its own, and locks it again as soon as that connection was lost.
 * Throws when the first attempt fails. `onEnqueued` hears there what somebody announced, who may be anybody.
 */
export async function holdExecutorSlot(
  beginning: Omit<ExecutorAnswer, 'schema'>,
  database: DatabaseTarget,
  onLog: LaunchOptions['onLog'],
  onEnqueued: (payload: string) => void = () => {},
): Promise<ExecutorSlot> {
  const { executorId } = beginning
  const released = new AbortController()
  let relocking = Promise.resolve()
  let answered: ExecutorAnswer = { ...beginning, schema: database.schema }
  let pages: readonly string[] = []
  let { client, statements } = await lock()

  async function lock(): Promise<{ readonly client: pg.Client; readonly statements: SlotStatements }> {
    const locked = await connect(database, undefined, slotSession)
    const own = createSlotStatements(locked, () => answered)
    let state: 'locking' | 'locked' | 'lost' = 'locking'
    locked.once('end', () => {
      if (state === 'locked' && !released.signal.aborted) relocking = relock()
      state = 'lost'
    })
    try {
      await own.run(`select pg_advisory_lock(${lockKey.slot('$1::text')})`, [executorId])
      if (pages.length > 0) await share(own)
      await answerQuestions(locked, own, () => pages, onLog)
      await hearEnqueued(locked, own)
      // Lost after the last answer, and before anybody looked.
      if (isLost()) throw new Error('the connection was lost')
    } catch (error) {
      // What refused a lock may be a connection that lives.
      await locked.end().catch(() => {})
      throw error
    }
    state = 'locked'
    return { client: locked, statements: own }

    function isLost(): boolean {
      return state === 'lost'
    }
  }

  async function hearEnqueued(locked: pg.Client, own: SlotStatements): Promise<void> {
    locked.on('notification', ({ channel, payload = '' }) => {
      if (channel === enqueuedChannel) onEnqueued(payload)
    })
    await own.run(`listen ${enqueuedChannel}`)
  }

  async function share(own: SlotStatements): Promise<void> {
    const runnables = answered.registration?.workflows.map((workflow) => toRunnable(answered, workflow)) ?? []
    const each = `select pg_advisory_lock_shared(${lockKey.runs('runnable')}) from unnest($1::text[]) as runnable`
    await own.run(each, [runnables])
  }

  async function relock(): Promise<void> {
    for (let waitMs = 0; !released.signal.aborted; waitMs = nextWaitMs(waitMs, retries)) {
      await sleep(waitMs, released.signal)
      try {
        const again = await lock()
        client = again.client
        statements = again.statements
        onLog('info', `locked the slot of ${executorId} again`)
        return
      } catch (error) {
        onLog('debug', `the slot of ${executorId} is not locked: ${String(error)}`)
      }
    }
  }

  return {
    announce: async (answer) => {
      answered = answer
      pages = toAnswerPages(answer)
      // A connection that is lost meanwhile is made again with what is announced.
      await share(statements).catch((error: unknown) => onLog('debug', `not announced yet: ${String(error)}`))
    },
    release: async () => {
      released.abort()
      await relocking
      await client.end().catch(() => {})
    },
  }
}
