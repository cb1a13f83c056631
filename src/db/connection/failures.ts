import type { Client } from 'pg'
import type { DatabaseTarget } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { missingGrant } from './missing-grant.ts'

const configHint = 'drover config   # which database this is, and what chose it'

/** A failed attempt to connect, in the user's words. Passwords are in none of the messages that pg and Node make. */
export function toConnectError(error: unknown, target: DatabaseTarget): CliError {
  if (error instanceof CliError) return error
  const code = codeOf(error)
  if (isRefusal(code)) {
    return new CliError(
      'permission-denied',
      `Postgres refuses the login to ${target.label}: ${textOf(error)}.`,
      {
        hint: configHint,
        cause: error,
      },
    )
  }
  const reason =
    textOf(error) === 'timeout expired' ? `no answer within ${target.connectTimeoutMs} ms` : textOf(error)
  return new CliError('database-unreachable', `Cannot connect to ${target.label}: ${reason}.`, {
    hint: configHint,
    cause: error,
    isTransient: isOnItsWay(error),
  })
}

/** A failed statement: what the user can meet becomes a `CliError`, the rest is a bug and stays as it is. */
export function toQueryError(error: unknown, target: DatabaseTarget, client?: Client): unknown {
  if (error instanceof CliError) return error
  const code = codeOf(error)
  if (isRefusal(code)) {
    const reason = textOf(error)
    const grant = missingGrant(reason, client, target)
    return new CliError('permission-denied', `This role may not do that on ${target.label}: ${reason}.`, {
      hint: grant ?? configHint,
      cause: error,
    })
  }
  if (isConnectionFault(error)) {
    return new CliError('connection-lost', `The connection to ${target.label} was lost: ${textOf(error)}.`, {
      hint: 'run the same command again',
      cause: error,
      isTransient: true,
    })
  }
  if (['42P01', '42703', '3F000'].includes(code)) {
    return new CliError(
      'schema-unsupported',
      `The DBOS tables of ${target.label} lack something that drover reads: ${textOf(error)}.`,
      { hint: configHint, cause: error },
    )
  }
  return error
}

export function workflowNotFound(workflowId: string, label: string): CliError {
  return new CliError('workflow-not-found', `There is no workflow ${workflowId} in ${label}.`, {
    hint: 'drover list',
  })
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}

/** True when connecting again may help. */
export function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof CliError && (error.code === 'connection-lost' || error.code === 'database-unreachable')
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

function isRefusal(code: string): boolean {
  return code.startsWith('28') || code === '42501'
}

function isConnectionFault(error: unknown): boolean {
  const code = codeOf(error)
  if (code.startsWith('08') || (code.startsWith('57P') && code !== '57P04')) return true
  if (/^E[A-Z]+$/.test(code) || code === '25P03' || code === '25P04') return true
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
