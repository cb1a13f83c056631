import { CliError } from '../../core/errors.ts'
import { nameForeignFailure } from '../../core/foreign-failure.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { Layout } from '../cluster/layout.ts'
import { lastLines, readLog } from './log.ts'

const causeLines = 20

/** What the user sees of anything that goes wrong here; the reason is in the log, whose last lines are the cause. */
export function failure(layout: Layout, sentence: string, cause?: unknown): CliError {
  const log = lastLines(readLog(layout.log), causeLines).join('\n')
  const isFull = cause instanceof Error && /No space left on device/.test(cause.message)
  const logs = phrase`${command('db logs')} (${layout.log})`
  return new CliError('embedded-database-failed', sentence, {
    hint: isFull ? phrase`free space on its disk; ${logs}` : logs,
    cause: log === '' ? cause : new Error(log, { cause }),
  })
}

/** A server that is there, and does not let us in. */
export function unusable(layout: Layout, error: unknown): CliError {
  if (error instanceof CliError) return error
  const { message, code } = error as Error & { readonly code?: string }
  const exhausted = code?.startsWith('53') ? nameForeignFailure(error) : undefined
  if (exhausted) return exhausted
  const reason = /timeout/.test(message) ? 'it does not answer' : message
  return failure(layout, `The embedded Postgres cannot be used: ${reason}.`, error)
}

/** A refusal of the file system, in a sentence; anything else unchanged. */
export function explainFileError(layout: Layout, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes(code ?? '')
  const isFull = ['ENOSPC', 'EDQUOT'].includes(code ?? '')
  if (!isDenied && !isFull && code !== 'ENOTDIR') return error
  const elsewhere = phrase`DROVER_HOME=DIRECTORY ${command('db start')}`
  return new CliError(
    isDenied ? 'permission-denied' : 'embedded-database-failed',
    `The embedded database in ${layout.home} cannot be used: ${message}.`,
    { hint: isFull ? phrase`free space on that disk, or: ${elsewhere}` : elsewhere, cause: error },
  )
}
