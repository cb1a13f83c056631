import type { Client } from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { type Refusal, refusalOf } from '../../core/sqlstates.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { toEncryptionError } from './encryption-failures.ts'
import { missingGrant } from './missing-grant.ts'
import { InterruptedSilence } from './watch-silence.ts'

const configHint = phrase`${command('config')}   # which database this is, and what chose it`

/** A failed attempt to connect, in the user's words. Passwords are in none of the messages that pg and Node make. */
export function toConnectError(error: unknown, target: DatabaseTarget, client?: Client): CliError {
  if (error instanceof CliError) return error
  const { label } = target
  const code = codeOf(error)
  const reason = textOf(error)
  if (isPasswordMissing(error, client)) {
    const user = client?.user === undefined ? 'a user' : `"${client.user}"`
    return new CliError(
      'permission-denied',
      `Postgres asks ${user} of ${label} for a password, and none is given.`,
      {
        hint: 'give it in PGPASSWORD, in ~/.pgpass (mode 0600), or in the URL: postgres://USER:PASSWORD@HOST/DATABASE',
        cause: error,
      },
    )
  }
  if (isDenied(code)) {
    return new CliError('permission-denied', `Postgres refuses the login to ${label}: ${reason}.`, {
      hint: /no encryption/.test(reason)
        ? 'add sslmode=require to the URL: the server takes no connection without TLS'
        : configHint,
      cause: error,
    })
  }
  if (refusalOf(code)?.code === 'server-exhausted') return toRefusal(error, target)
  const text = reason === 'timeout expired' ? `no answer within ${target.connectTimeoutMs} ms` : reason
  return (
    toEncryptionError(error, code, label) ??
    new CliError('database-unreachable', `Cannot connect to ${label}: ${text}.`, {
      hint: configHint,
      cause: error,
      isTransient: isOnItsWay(error),
    })
  )
}

/** A failed statement: all that Postgres itself says becomes a `CliError`, the rest is a bug and stays as it is. */
export function toQueryError(error: unknown, target: DatabaseTarget, client?: Client): unknown {
  if (error instanceof CliError) return error
  if (error instanceof InterruptedSilence) {
    return new CliError('interrupted', `Interrupted while ${target.label} did not answer.`, {
      hint: 'what was asked of it may be done all the same: look before you try again',
      cause: error,
    })
  }
  const code = codeOf(error)
  if (isDenied(code)) {
    const refused = toRefusal(error, target)
    const grant = missingGrant(textOf(error), client, target)
    return grant === undefined
      ? refused
      : new CliError(refused.code, refused.message, { hint: grant, cause: error })
  }
  if (refusalOf(code)) return toRefusal(error, target)
  if (isConnectionFault(error)) {
    return new CliError('connection-lost', `The connection to ${target.label} was lost: ${textOf(error)}.`, {
      hint: 'run the same command again',
      cause: error,
      isTransient: true,
    })
  }
  return error
}

function toRefusal(error: unknown, { label }: DatabaseTarget): CliError {
  const { code, says, hint, isTransient } = refusalOf(codeOf(error)) as Refusal
  return new CliError(code, `${says(label)}: ${textOf(error)}.`, {
    hint,
    cause: error,
    isTransient,
    quotes: textOf(error),
  })
}

export function workflowNotFound(workflowId: string, label: string): CliError {
  return new CliError('workflow-not-found', `There is no workflow ${workflowId} in ${label}.`, {
    hint: command('list'),
  })
}

export function isUniqueViolation(error: unknown): boolean {
  return causeOf(error) === '23505'
}

/** A lock was waited for as long as `lock_timeout` says. */
export function isLockTimeout(error: unknown): boolean {
  return causeOf(error) === '55P03'
}

/** The SQLSTATE of an error, also once it is in our words. */
function causeOf(error: unknown): string {
  return codeOf(error instanceof CliError ? error.cause : error)
}

/** True when connecting again may help. */
export function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof CliError && (error.code === 'connection-lost' || error.code === 'database-unreachable')
  )
}

/** True when the same may be allowed in a moment: the connection is made again, a lock is free, a transaction is over. */
export function isTransient(error: unknown): error is CliError {
  return error instanceof CliError && error.isTransient
}

/** Postgres answers, and refuses what it may allow in a moment. */
export function isPassing(error: unknown): boolean {
  const codes = ['statement-cancelled', 'lock-not-granted', 'transaction-conflict', 'server-exhausted']
  return isTransient(error) && codes.includes(error.code)
}

/** It ended because nothing came for long. */
export function isSilence(error: unknown): boolean {
  return error instanceof CliError && /^no answer within/.test(textOf(error.cause))
}

/** There was a connection, and it died; not of silence, which took its time already. */
export function wasCut(error: unknown): boolean {
  if (!isConnectionLoss(error)) return false
  const { code, cause } = error as CliError
  if (isSilence(error)) return false
  return (
    code === 'connection-lost' ||
    /^Connection terminated/.test(textOf(cause)) ||
    ['ECONNRESET', 'EPIPE'].includes(codeOf(cause))
  )
}

/** Postgres starts up, shuts down or recovers: it will answer soon. */
export function isStartingUp(error: unknown): boolean {
  return codeOf(error) === '57P03'
}

const comingCodes = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  // A name that is not resolved yet, a socket and a database that are not created yet.
  ...['ENOTFOUND', 'EAI_AGAIN', 'ENOENT', '3D000', '55000'],
]

/** A server that starts up, has no room, or is not there yet; unlike one that speaks another protocol. */
function isOnItsWay(error: unknown): boolean {
  const code = codeOf(error)
  if (comingCodes.includes(code) || /^(08|53|57P)/.test(code)) return true
  return /^timeout expired|^Connection terminated/.test(textOf(error))
}

function isDenied(code: string): boolean {
  return refusalOf(code)?.code === 'permission-denied'
}

/** pg says so itself for SCRAM; for the older ways it sends nothing, and Postgres calls that a wrong one. */
function isPasswordMissing(error: unknown, client: Client | undefined): boolean {
  if (/client password must be a (?:non-empty )?string/.test(textOf(error))) return true
  return codeOf(error) === '28P01' && client !== undefined && !client.password
}

function isConnectionFault(error: unknown): boolean {
  if (/^E[A-Z]+$/.test(codeOf(error))) return true
  return /^Connection terminated|^Client (has encountered|was closed)|^Query read timeout|^timeout expired|^no answer within/.test(
    textOf(error),
  )
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** One line without its full stop. An `AggregateError` (one failure per address of a host) has no text of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return textOf(error.errors[0])
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0]?.replace(/\.$/, '') ?? ''
}
