import type pg from 'pg'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'

/** What others do under these locks takes seconds on a slow machine, and is worth a wait of minutes. */
export const lockPatienceMs = 300_000
const noticeAfterMs = 2000
const lockTimedOut = '55P03'

interface PatientLock {
  /** Takes the lock `$1`. */
  readonly statement: string
  readonly key: number
  /** What the one that holds it does, after "waiting for". */
  readonly waitsFor: string
  readonly onNotice: (notice: string) => void
}

/** Waits for an advisory lock on a connection of `connect`, and says what for where that takes long. */
export async function lockPatiently(client: pg.Client, lock: PatientLock): Promise<void> {
  const { statement, key, waitsFor, onNotice } = lock
  const timer = setTimeout(() => onNotice(`Waiting for ${waitsFor}.`), noticeAfterMs)
  try {
    await client.query(statement, [key])
  } catch (error) {
    if ((error as { code?: string }).code !== lockTimedOut) throw error
    throw new CliError(
      'embedded-database-failed',
      `Waited ${lockPatienceMs / 60_000} minutes for ${waitsFor}.`,
      {
        hint: phrase`${command('db status')}   # who is connected; ${command('db stop', [], { '--force': true })} ends them`,
        cause: error,
      },
    )
  } finally {
    clearTimeout(timer)
  }
}
