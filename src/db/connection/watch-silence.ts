import type pg from 'pg'
import { streamOf } from '../../core/client/client-stream.ts'
import { longestTimerMs, monotonicMs } from '../../core/words/long-timer.ts'

/** What a connection is cut with when it was silent for too long after ctrl-c. */
export class InterruptedSilence extends Error {}

/** Who was asked to stop does not wait for what a network may never deliver. */
const interruptedMs = 1000
const looks = 4

/**
 * Cuts a connection through which nothing came for `longestMs` while it was in use, or for a second once `interrupt` was
 * aborted. Where `isOurTurn` Postgres has nothing to say. Returns how to stop.
 */
export function watchSilence(
  client: pg.Client,
  longestMs: number,
  interrupt?: AbortSignal,
  isOurTurn: () => boolean = () => false,
): () => void {
  let heard = streamOf(client)?.bytesRead
  let heardAtMs = monotonicMs()
  let timer: NodeJS.Timeout
  const look = (): void => {
    const stream = streamOf(client)
    const now = monotonicMs()
    if (stream?.bytesRead !== heard || isOurTurn()) heardAtMs = now
    heard = stream?.bytesRead
    const silentMs = now - heardAtMs
    if (interrupt?.aborted && silentMs >= interruptedMs)
      stream?.destroy(new InterruptedSilence('interrupted'))
    else if (silentMs >= longestMs) stream?.destroy(new Error(`no answer within ${longestMs / 1000} s`))
  }
  const lookEvery = (ms: number): void => {
    clearInterval(timer)
    timer = setInterval(look, Math.max(1, Math.min(ms / looks, longestTimerMs)))
  }
  const hurry = (): void => lookEvery(Math.min(longestMs, interruptedMs))
  if (interrupt?.aborted) hurry()
  else lookEvery(longestMs)
  interrupt?.addEventListener('abort', hurry, { once: true })
  return () => {
    clearInterval(timer)
    interrupt?.removeEventListener('abort', hurry)
  }
}

/** How many bytes have come through it. */
export function bytesRead(client: pg.Client): number {
  return streamOf(client)?.bytesRead ?? 0
}
