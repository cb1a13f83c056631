import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeHome } from '../home/private-file.ts'
import { startOf } from '../server/process.ts'

const staleAfterMs = 60_000
const signOfLifeMs = 10_000
const pollIntervalMs = 10
const noticeAfterMs = 2000

/**
 * One process at a time. It spares the others the work and nothing else: whatever runs inside must also be right where two
 * processes do it at once, since a lock whose holder died is taken over.
 */
export async function withLock<Result>(
  file: string,
  onNotice: (notice: string) => void,
  work: () => Promise<Result>,
): Promise<Result> {
  makeHome(path.dirname(file))
  const timer = setTimeout(
    () => onNotice(`Waiting for ${holderOf(file)}, which starts or deletes the embedded Postgres.`),
    noticeAfterMs,
  )
  try {
    while (!tryLock(file)) await sleep(pollIntervalMs)
  } finally {
    clearTimeout(timer)
  }
  const signsOfLife = setInterval(() => touch(file), signOfLifeMs).unref()
  try {
    return await work()
  } finally {
    clearInterval(signsOfLife)
    rmSync(file, { force: true })
  }
}

function holderOf(file: string): string {
  try {
    return `process ${readFileSync(file, 'utf8').split(' ')[0]}`
  } catch {
    return 'another drover process'
  }
}

/** However long the work takes on a slow machine, nobody else begins it meanwhile. */
function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date())
  } catch {
    // Taken over after all, or removed with all the rest.
  }
}

/** It appears with its content: the number of this process and when that one started, for numbers are given again. */
function tryLock(file: string): boolean {
  const unfinished = `${file}.${process.pid}`
  rmSync(unfinished, { force: true })
  writeFileSync(unfinished, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx', mode: 0o600 })
  try {
    linkSync(unfinished, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (isStale(file)) rmSync(file, { force: true })
    return false
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** Also one that names a living process which is not the one that took it, or that nobody of ours wrote. */
function isStale(file: string): boolean {
  try {
    const ageMs = Date.now() - statSync(file).mtimeMs
    const [, holder = '', start = ''] = /^(\d+) (.+)$/.exec(readFileSync(file, 'utf8')) ?? []
    return holder === '' || startOf(Number(holder)) !== start || ageMs > staleAfterMs
  } catch {
    return false
  }
}
