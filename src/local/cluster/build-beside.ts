import { existsSync, readdirSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { commandOf } from '../server/process.ts'

/**
 * Makes a directory that is never seen half made: built beside its place under a name of this process, and renamed.
 * Where another process was faster, its result stands.
 */
export async function buildBeside(
  target: string,
  build: (unfinished: string) => Promise<void>,
): Promise<void> {
  await clearAbandoned(target)
  const unfinished = `${target}.${process.pid}`
  try {
    await build(unfinished)
    await rename(unfinished, target)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}

/** What was left by processes that were killed while they built. */
async function clearAbandoned(target: string): Promise<void> {
  const directory = path.dirname(target)
  for (const name of readdirSync(directory)) {
    const builder = name.startsWith(`${path.basename(target)}.`)
      ? Number(path.extname(name).slice(1))
      : Number.NaN
    if (Number.isNaN(builder)) continue
    if (builder !== process.pid && commandOf(builder) !== '') continue
    // An `initdb` that outlives who started it still writes there, until it misses what was removed.
    await rm(path.join(directory, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  }
}
