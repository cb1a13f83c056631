import type pg from 'pg'
import { isDown } from '../server/socket-connection.ts'
import type { Setup } from '../server/start-server.ts'
import { attach } from './attach.ts'
import type { Presence } from './presence.ts'

const renewTimeoutMs = 5000

/** The one presence of this process, renewed where the server crashes under it. */
export class Hold {
  readonly #setup: Setup
  #presence: Promise<Presence> | undefined

  constructor(setup: Setup) {
    this.#setup = setup
  }

  /** Runs `work` on the connection that keeps the server up; once more where the server was stopped meanwhile. */
  async use<Result>(connectTimeoutMs: number, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const presence = await this.#begin(connectTimeoutMs)
    try {
      return await work(presence.client)
    } catch (error) {
      if (!isDown(error)) throw error
      await presence.lost
      const { client } = await this.#begin(connectTimeoutMs)
      return await work(client)
    }
  }

  /** Hands the presence over to who ends it; undefined where there is none. */
  async end(): Promise<Presence | undefined> {
    const presence = this.#presence
    this.#presence = undefined
    return await presence?.catch(() => undefined)
  }

  #begin(connectTimeoutMs: number): Promise<Presence> {
    if (this.#presence !== undefined) return this.#presence
    const presence = attach(this.#setup, connectTimeoutMs)
    this.#presence = presence
    presence.then(
      ({ lost }) => lost.then((wasStopped) => this.#lose(presence, wasStopped)),
      () => this.#forget(presence),
    )
    return presence
  }

  #forget(presence: Promise<Presence>): void {
    if (this.#presence === presence) this.#presence = undefined
  }

  /** A server that somebody stopped stays down; one that crashed is started again, for the work that goes on here. */
  #lose(presence: Promise<Presence>, wasStopped: boolean): void {
    if (this.#presence !== presence) return
    this.#presence = undefined
    if (wasStopped) return
    this.#setup.onNotice('The embedded Postgres went away; starting it again.')
    this.#begin(renewTimeoutMs).catch((error: Error) => this.#setup.onNotice(error.message))
  }
}
