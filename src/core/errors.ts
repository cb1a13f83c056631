import { type ExitCode, type ExitName, exitCodes } from './exit-codes.ts'
import { type Phrase, renderPhrase } from './words/command-line.ts'

/**
 * Everything a user can meet, by name. A name is stable: scripts read it as `error.code` with `-o json`.
 * The compiler refuses a new name without an exit code.
 */
export const exitNameByErrorCode = {
  usage: 'usage',
  'invalid-argument': 'usage',
  'invalid-configuration': 'usage',
  'invalid-test-file': 'usage',
  'no-case': 'usage',
  'no-database': 'usage',
  'no-terminal': 'usage',
  'no-actor': 'usage',
  'app-not-loadable': 'usage',
  'app-registers-nothing': 'usage',
  'sdk-not-found': 'usage',
  'sdk-too-old': 'usage',
  'ambiguous-id': 'usage',
  'ambiguous-application': 'usage',
  'ambiguous-version': 'usage',
  'ambiguous-workflow': 'usage',
  'foreign-workers': 'usage',
  'unsupported-platform': 'usage',
  'package-needed': 'usage',
  'ledger-unusable': 'usage',
  'permission-denied': 'permission',
  'read-only': 'permission',
  'database-refused': 'permission',
  'value-refused': 'usage',
  'value-too-long': 'unavailable',
  'file-unusable': 'usage',
  'constraint-violated': 'conflict',
  'assertion-failed': 'check-failed',
  'check-failed': 'check-failed',
  'no-record': 'permission',
  'sessions-hidden': 'permission',
  'workflow-not-found': 'not-found',
  'not-there': 'not-found',
  'nothing-to-do': 'conflict',
  'workflow-not-registered': 'not-found',
  'instance-not-registered': 'not-found',
  'event-not-found': 'not-found',
  'event-never-published': 'not-found',
  'stream-not-found': 'not-found',
  'wait-not-found': 'conflict',
  'already-decided': 'conflict',
  'already-answered': 'conflict',
  'already-sent': 'conflict',
  'already-ended': 'conflict',
  'deadline-passed': 'conflict',
  'id-in-use': 'conflict',
  'condition-not-met': 'conflict',
  'workflow-failed': 'workflow-failed',
  'workflow-cancelled': 'workflow-cancelled',
  'workflow-dead': 'workflow-dead',
  'not-ended': 'conflict',
  duplicate: 'conflict',
  'would-strand': 'conflict',
  'name-taken': 'conflict',
  'database-in-use': 'conflict',
  'port-in-use': 'conflict',
  'address-in-use': 'unavailable',
  'waiting-for-input': 'waiting-for-input',
  'database-unreachable': 'unavailable',
  'app-service-unreachable': 'unavailable',
  'schema-missing': 'unavailable',
  'schema-unsupported': 'unavailable',
  'migration-under-way': 'unavailable',
  'connection-lost': 'unavailable',
  'statement-cancelled': 'unavailable',
  'lock-not-granted': 'unavailable',
  'transaction-conflict': 'unavailable',
  'server-exhausted': 'unavailable',
  'server-failed': 'unavailable',
  'embedded-database-failed': 'unavailable',
  'output-failed': 'output-failed',
  'app-crashed': 'bug',
  'timed-out': 'timed-out',
  interrupted: 'interrupted',
} as const satisfies Record<string, ExitName>

export type ErrorCode = keyof typeof exitNameByErrorCode

export function exitCodeOf(code: ErrorCode): ExitCode {
  return exitCodes[exitNameByErrorCode[code]].code
}

interface CliErrorOptions {
  /** The next command to type, or the setting to change. */
  readonly hint?: Phrase
  readonly cause?: unknown
  /** The part of the message that an application or Postgres said: text, where the rest is drover's own, with names in it. */
  readonly quotes?: string
  /** It may be over in a moment without anybody's doing: who has a time limit tries again. */
  readonly isTransient?: boolean
}

/** The one error that a user is meant to see: one sentence, one hint. Anything else that is thrown is a bug (exit 70). */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: ErrorCode
  /** As it is typed on the database of the configuration. */
  readonly hint: string | undefined
  /** The hint whose commands still take what names the database. */
  readonly advice: Phrase | undefined
  readonly isTransient: boolean
  readonly quotes: string | undefined

  constructor(code: ErrorCode, message: string, options: CliErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.hint = options.hint === undefined ? undefined : renderPhrase(options.hint)
    this.advice = options.hint
    this.isTransient = options.isTransient ?? false
    this.quotes = options.quotes
  }
}
