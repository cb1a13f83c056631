import type { WorkflowStatus } from './workflow.ts'

/** One table for every command; `drover help exit-codes` prints it. Which error gives which is in `errors.ts`. */
export const exitCodes = {
  ok: { code: 0, when: 'done; the workflow ended SUCCESS; an empty list' },
  'workflow-failed': { code: 1, when: 'the workflow asked about ended ERROR' },
  usage: {
    code: 2,
    when: 'bad flag, argument or configuration; a prompt was needed where there is no terminal',
  },
  permission: { code: 3, when: 'refused by Postgres; who decides cannot be recorded' },
  'not-found': { code: 4, when: 'no such workflow, event, stream, queue or schedule' },
  'check-failed': { code: 5, when: 'an assertion or a check did not hold' },
  'workflow-cancelled': { code: 6, when: 'the workflow asked about ended CANCELLED' },
  'workflow-dead': { code: 7, when: 'it ended MAX_RECOVERY_ATTEMPTS_EXCEEDED' },
  conflict: {
    code: 9,
    when: 'the state does not allow it: already ended, already decided, id in use, ended without what was waited for',
  },
  'waiting-for-input': { code: 10, when: 'wait --fail-on-input: it is blocked on a message' },
  unavailable: { code: 69, when: 'database unreachable, or its schema unusable' },
  bug: { code: 70, when: 'anything unexpected, such as a crash of the application, with a stack' },
  'output-failed': { code: 74, when: 'the output could not be written, as on a full disk' },
  'timed-out': { code: 124, when: '--timeout passed (the workflow still runs)' },
  'hung-up': { code: 129, when: 'SIGHUP: the terminal went away' },
  interrupted: { code: 130, when: 'ctrl-c, or a no where drover asked' },
  terminated: { code: 143, when: 'SIGTERM' },
} as const satisfies Record<string, { code: number; when: string }>

export type ExitName = keyof typeof exitCodes
export type ExitCode = (typeof exitCodes)[ExitName]['code']

/** Worst first: several ids give a line each and the worst of their codes. */
const severity: readonly ExitCode[] = [70, 74, 69, 130, 143, 129, 3, 2, 4, 9, 7, 1, 6, 5, 10, 124, 0]

export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return severity.find((code) => codes.includes(code)) ?? 0
}

/** The code that an ended workflow gives, whether it ended before we looked or while we watched. */
export function exitCodeByStatus(status: WorkflowStatus): ExitCode {
  switch (status) {
    case 'ERROR':
      return exitCodes['workflow-failed'].code
    case 'CANCELLED':
      return exitCodes['workflow-cancelled'].code
    case 'MAX_RECOVERY_ATTEMPTS_EXCEEDED':
      return exitCodes['workflow-dead'].code
    default:
      return exitCodes.ok.code
  }
}
