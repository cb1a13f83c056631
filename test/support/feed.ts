import { patience } from './patience.ts'

/** What a feed tells until it ends. One that fell silent is no feed that ended: that is an error which says so. */
export async function* untilItEnds<Value>(
  what: string,
  open: (signal: AbortSignal) => AsyncIterable<Value>,
): AsyncGenerator<Value> {
  const silenceMs = patience()
  const giveUp = new AbortController()
  let count = 0
  let timer = setTimeout(() => giveUp.abort(), silenceMs)
  try {
    for await (const value of open(giveUp.signal)) {
      clearTimeout(timer)
      count += 1
      yield value
      timer = setTimeout(() => giveUp.abort(), silenceMs)
    }
  } finally {
    clearTimeout(timer)
  }
  if (giveUp.signal.aborted)
    throw new Error(
      `timed out: waited ${silenceMs} ms in vain until ${what} goes on after ${count} values, or ends`,
    )
}
