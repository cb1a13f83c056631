import { setTimeout as sleep } from 'node:timers/promises'
import { patience } from './patience.ts'

/** Resolves to the first truthy answer of `look`; rejects with what it waited for when patience is at its end. */
export async function waitUntil<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  atLeastMs?: number,
): Promise<Value> {
  const timeoutMs = patience(atLeastMs)
  const deadline = performance.now() + timeoutMs
  do {
    const beganMs = performance.now()
    const value = await look()
    if (value) return value
    // A look that costs much is taken less often, so that who waits leaves the processor to who is waited for.
    await sleep(Math.max(20, 4 * (performance.now() - beganMs)))
  } while (performance.now() < deadline)
  throw new Error(`timed out: waited ${timeoutMs} ms in vain until ${what}`)
}
