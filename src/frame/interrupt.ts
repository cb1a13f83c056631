import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../core/exit-codes.ts'
import { reloadReason } from '../core/run/reload.ts'

const codeByInterrupt: Record<string, ExitCode> = {
  SIGINT: exitCodes.interrupted.code,
  SIGHUP: exitCodes['hung-up'].code,
  SIGTERM: exitCodes.terminated.code,
  SIGPIPE: exitCodes.ok.code,
}

/** The code of ctrl-c, of SIGTERM, of a terminal that went away, or of a reader who had enough. */
export function interruptCode({ interrupts }: Pick<Context, 'interrupts'>): ExitCode {
  return codeByInterrupt[String(interrupts.signal.reason)] ?? exitCodes.interrupted.code
}

/** `… | head -1`: there is nobody left to talk to. */
export function hasReaderLeft({ interrupts }: Pick<Context, 'interrupts'>): boolean {
  return interrupts.signal.reason === 'SIGPIPE'
}

/** The next process of `--reload` is about to go on with everything. */
export function isMakingRoom({ interrupts }: Pick<Context, 'interrupts'>): boolean {
  return interrupts.signal.reason === reloadReason
}
