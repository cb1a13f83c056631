import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves to the first truthy answer of `look`; rejects with what it waited for after `timeoutMs`. */
export async function waitUntil<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  timeoutMs = 15_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    const value = await look()
    if (value) return value
    await sleep(10)
  }
  throw new Error(`waited ${timeoutMs} ms in vain until ${what}`)
}
