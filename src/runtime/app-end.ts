import { CliError } from '../core/errors.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { lastFailedListen, toStartFailure } from './start-failure.ts'

interface LoadingApp {
  /** What the user called it. */
  readonly specifier: string
  readonly isLoaded: boolean
}

/** Node would exit with 1, which is for a workflow that failed. */
export function toAppCrash(error: unknown): CliError {
  const what = error instanceof Error ? error.message : String(error)
  return (
    toStartFailure(error) ??
    new CliError('app-crashed', `The application threw an error that nothing caught: ${what}`, {
      cause: error,
      quotes: what,
    })
  )
}

/** The application called `process.exit(code)`, whatever that code is for. To be called while it does. */
export function toAppExit({ specifier, isLoaded }: LoadingApp, code: number): CliError {
  const failed = toStartFailure(lastFailedListen())
  if (failed) return failed
  const cause = new Error('the process was ended here')
  Error.captureStackTrace(cause, process.exit)
  return isLoaded
    ? new CliError('app-crashed', `The application ended the process with process.exit(${code}).`, {
        hint: leftBehind,
        cause,
      })
    : new CliError('app-crashed', `${specifier} ended the process with process.exit(${code}) on import.`, {
        hint: onImport,
        cause,
      })
}

/** Node ends a process quietly, and with 0, when nothing is left that could go on. */
export function toAppStandstill({ specifier, isLoaded }: LoadingApp): CliError {
  return isLoaded
    ? new CliError(
        'app-crashed',
        'The application exited with nothing left to run while a workflow was still pending.',
        {
          hint: leftBehind,
        },
      )
    : new CliError('app-crashed', `${specifier} did not finish loading: a top-level await never settled.`, {
        hint: onImport,
      })
}

const leftBehind = phrase`${command('list', [], { '--status': 'PENDING' })}   # what it left; a worker takes that over`
const onImport = 'a module for --app only registers workflows when it is imported'
