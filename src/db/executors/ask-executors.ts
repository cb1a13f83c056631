import { randomBytes } from 'node:crypto'
import { questionChannel, toAnswerChannel } from '../../core/dbos-names.ts'
import {
  type AnswerReader,
  createAnswerReader,
  type ExecutorAnswer,
} from '../../core/run/executor-protocol.ts'
import { monotonicMs, timeoutSignal } from '../../core/words/long-timer.ts'
import { connect, disconnect, type Session } from '../connection/connect.ts'
import { createWake } from '../connection/wake.ts'
import { watchSilence } from '../connection/watch-silence.ts'
import type { Slot } from './read-slots.ts'

/**
 * Asks drover's own executors what they register. Waits until all have answered, or nothing came for `patienceMs`: who
 * does not answer may be stopped or busy, and where nothing arrives at all a pooler is in between. By the executor's id.
 */
export async function askExecutors(
  { target }: Pick<Session, 'target'>,
  slots: readonly Slot[],
  patienceMs: number,
): Promise<ReadonlyMap<string, ExecutorAnswer>> {
  const answers = new Map<string, ExecutorAnswer>()
  if (slots.length === 0) return answers
  const signal = timeoutSignal(target.connectTimeoutMs + longestMs)
  const client = await connect({ ...target, url: target.listenUrl ?? target.url }, signal).catch(
    () => undefined,
  )
  if (!client) return answers
  const channel = toAnswerChannel(randomBytes(16).toString('hex'))
  const readers = new Map<number, AnswerReader>(
    slots.map(({ processId }) => [processId, createAnswerReader()]),
  )
  const heard = createWake()
  let pages = 0
  client.on('notification', ({ channel: where, processId, payload = '' }) => {
    // The server says who sent it: only the session that holds the lock of an executor speaks for that executor.
    const slot = where === channel && slots.find((one) => one.processId === processId)
    if (!slot) return
    pages++
    const answer = readers.get(processId)?.read(payload)
    if (answer?.executorId === slot.executorId) answers.set(slot.executorId, answer)
    heard.ring()
  })
  const stopWatching = watchSilence(client, longestMs)
  try {
    await client.query(`listen ${channel}`)
    const askedAt = monotonicMs()
    await client.query('select pg_notify($1, $2)', [questionChannel, channel])
    // A way that is slow, or a machine that is busy, makes slow answers.
    const waitMs = patienceMs + slowness * (monotonicMs() - askedAt)
    while (answers.size < slots.length && monotonicMs() - askedAt < longestMs) {
      const before = pages
      heard.reset()
      await heard.sleep(waitMs, signal)
      if (pages > before) continue
      // What came meanwhile, and this process had no time to read, is before this on the line.
      await client.query('select 1')
      if (pages === before) break
    }
  } catch {
    // A connection that was lost on the way leaves the rest unknown.
  } finally {
    stopWatching()
    await disconnect(client)
  }
  return answers
}

const slowness = 10
/** However slowly pages come, nobody waits longer. */
const longestMs = 10_000
