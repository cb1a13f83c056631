import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { publicDirectory } from './directories.ts'
import { commandOf } from './process.ts'

const staleAfterMs = 60_000
const pollIntervalMs = 10

/**
 * One process at a time. It spares the others the work and nothing else: whatever runs inside must also be right where two
 * processes do it at once, since a lock whose holder died is taken over.
 */
export async function withLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  await publicDirectory(path.dirname(file))
  while (!tryLock(file)) await sleep(pollIntervalMs)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function tryLock(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (isStale(file)) rmSync(file, { force: true })
    return false
  }
}

function isStale(file: string): boolean {
  try {
    const ageMs = Date.now() - statSync(file).mtimeMs
    const holder = readFileSync(file, 'utf8')
    // Empty for an instant: between its creation and the write of the number.
    const isHolderGone = holder !== '' && commandOf(Number(holder)) === ''
    return isHolderGone || ageMs > staleAfterMs
  } catch {
    return false
  }
}
