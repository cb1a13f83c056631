import { patience } from './patience.ts'

/** What a feed tells until it ends. One that was given up is no feed that ended: that is an error which says so. */
export async function* untilItEnds<Value>(
  what: string,
  open: (signal: AbortSignal) => AsyncIterable<Value>,
): AsyncGenerator<Value> {
  const timeoutMs = patience()
  const signal = AbortSignal.timeout(timeoutMs)
  yield* open(signal)
  if (signal.aborted) throw new Error(`timed out: waited ${timeoutMs} ms in vain until ${what} ends`)
}
