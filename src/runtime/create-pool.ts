import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import type pg from 'pg'
import { guardClient } from '../core/client/guard-client.ts'
import type { DatabaseTarget } from '../core/database.ts'
import type { LaunchOptions } from '../core/run/runtime.ts'
import type { Sdk } from './module/sdk.ts'

interface PoolOptions extends Pick<LaunchOptions, 'onLog'> {
  readonly target: DatabaseTarget
  /** As `toDbosUrl` gives it. */
  readonly url: string
  /** The name of its sessions, by which others tell that this executor lives. */
  readonly sessionName: string
  /** How many connections at most. */
  readonly size: number | undefined
}

/** As in the SDK, for what a pool of its own would be. */
const defaultSize = 10

/** The pool that DBOS works with, made by the copy of `pg` that is its own. To be closed by us: DBOS leaves it open. */
export function createPool(sdk: Sdk, { target, url, sessionName, size, onLog }: PoolOptions): pg.Pool {
  const { Pool, Client }: typeof pg = createRequire(sdk.file)('pg')
  const pool = new Pool({
    Client: class extends Client {
      constructor(config?: pg.ClientConfig) {
        super(config)
        guardClient(this, { ...target, assertOwnSocket: refusing(target.assertOwnSocket) })
      }
    },
    connectionString: url,
    connectionTimeoutMillis: Number(new URL(url).searchParams.get('connect_timeout')) * 1000,
    application_name: sessionName,
    max: size ?? defaultSize,
    stream: openSocket,
  })
  pool.on('error', (error) => onLog('warn', `Unexpected error in pool: ${error}`))
  return pool
}

/** What DBOS computes is known only once sessions are open: this renames one that is idle, and all that are opened later. */
export function nameSessions(pool: pg.Pool, sessionName: string): void {
  pool.options.application_name = sessionName
  pool.query('select set_config($1, $2, false)', ['application_name', sessionName]).catch(() => {})
}

/** A socket of somebody else's is to DBOS a server that is down: it tries again, and does not give its workflows up. */
function refusing(check: (() => void) | undefined): (() => void) | undefined {
  if (!check) return undefined
  return () => {
    try {
      check()
    } catch (cause) {
      throw Object.assign(new Error((cause as Error).message, { cause }), { code: 'ECONNREFUSED' })
    }
  }
}

/** A server that is down without DBOS knowing: its socket file or its name is gone, or it hung up while we wrote. */
const downCodes = ['ENOENT', 'ENOTFOUND', 'EPIPE', 'ENETDOWN', 'EHOSTDOWN']

/**
 * DBOS tries again what failed with one of a few codes, and gives a workflow up, without a trace, at any other one.
 * A Postgres that is stopped in order takes its socket file along, and refuses nobody: to DBOS it shall refuse.
 */
function openSocket(): Socket {
  const socket = new Socket()
  // Ahead of the listeners of pg, which pass the error on.
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (downCodes.includes(error.code ?? '')) error.code = 'ECONNREFUSED'
  })
  return socket
}
