import type { DatabaseTarget } from '../database.ts'
import { CliError } from '../errors.ts'
import { isThisMachine } from '../words/postgres-url.ts'
import { hangUp, streamOf } from './client-stream.ts'

/** What a client of `pg` has, of whichever copy it is. */
interface PgClient {
  readonly host: string
  password: unknown
  readonly connection: { on(event: PasswordRequest, listener: () => void): void }
  connect(callback?: (error: Error) => void): unknown
}

type PasswordRequest = 'authenticationCleartextPassword' | 'authenticationMD5Password'

type Guarded = Pick<DatabaseTarget, 'label' | 'clearTextHosts' | 'assertOwnSocket'>

/**
 * To be called before `connect`: the client then connects to no socket of a stranger's, and gives its password to nobody who
 * asks for it in clear text without TLS. Throws nothing itself; connecting fails with `permission-denied`,
 * `embedded-database-failed`.
 */
export function guardClient(client: object, target: Guarded): void {
  const guarded = client as PgClient
  const { connection } = guarded
  // Ahead of the listener of pg, which then asks this for the password.
  connection.on('authenticationCleartextPassword', () => {
    if (streamOf(client)?.encrypted || mayGoInClearText(guarded.host, target)) return
    guarded.password = () => {
      setImmediate(() => hangUp(client))
      throw refuseClearText(target.label)
    }
  })
  connection.on('authenticationMD5Password', () => weaklyAsked.add(client))
  if (target.assertOwnSocket) checkBeforeConnect(guarded, target.assertOwnSocket)
}

/** Clients that were asked for their password as MD5, which whoever listens can use. */
const weaklyAsked = new WeakSet<object>()

export function sentMd5(client: object): boolean {
  return weaklyAsked.has(client)
}

function mayGoInClearText(host: string, { clearTextHosts = [] }: Guarded): boolean {
  return isThisMachine(host) || clearTextHosts === 'all' || clearTextHosts.includes(host)
}

function refuseClearText(label: string): CliError {
  return new CliError(
    'permission-denied',
    `${label} asks for the password in clear text over a connection without TLS.`,
    { hint: 'add ?sslmode=require to the URL; --db-url with ?sslmode=disable sends it all the same' },
  )
}

/** In the instance, whose own `connect` stays what it is. */
function checkBeforeConnect(client: PgClient, check: () => void): void {
  const connect = client.connect
  client.connect = (callback) => {
    try {
      check()
    } catch (error) {
      if (!callback) return Promise.reject(error)
      return callback(error as Error)
    }
    return callback ? connect.call(client, callback) : connect.call(client)
  }
}
