import type { LocalDatabase } from '../core/embedded-database.ts'
import { clusterExists, finishUpgrade, wasCreated } from './cluster/cluster.ts'
import { dropDatabase, ensureDatabase, requireDatabase } from './cluster/databases.ts'
import { layoutOf } from './cluster/layout.ts'
import { detach } from './presence/detach.ts'
import { Hold } from './presence/hold.ts'
import { withLock } from './presence/lock.ts'
import { pinServer } from './presence/pin-server.ts'
import { lastLines, readLog } from './server/log.ts'
import { explainFileError } from './server/server-failure.ts'
import { assertOwnSocket } from './server/socket.ts'
import { isDown, socketUrl } from './server/socket-connection.ts'
import { removeCluster, type Setup } from './server/start-server.ts'
import { inspect } from './server/status.ts'
import { stop } from './server/stop.ts'

export interface LocalDatabaseOptions {
  /** As `droverHome` gives it. */
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** One sentence about what takes its time, such as the first creation. */
  readonly onNotice?: (notice: string) => void
  /** Server settings over the usual ones, for tests. */
  readonly settings?: Readonly<Record<string, string>>
  /** The file whose `node_modules` hold the server; by default this one. */
  readonly resolveFrom?: string
}

const defaultDatabase = 'drover'
const resetTimeoutMs = 5000

export function createLocalDatabase(options: LocalDatabaseOptions): LocalDatabase {
  const layout = layoutOf(options.home)
  const setup: Setup = {
    layout,
    env: options.env,
    onNotice: options.onNotice ?? (() => {}),
    settings: options.settings ?? {},
    resolveFrom: options.resolveFrom ?? import.meta.url,
  }
  const hold = new Hold(setup)
  /** A home that may not be read or written is no bug. */
  const explaining = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      throw explainFileError(layout, error)
    }
  }
  const stopIt = async (force: boolean) => await stop(layout, { force, presence: await hold.end() })

  return {
    exists: () => wasCreated(layout),

    open: async ({ database, connectTimeoutMs, mustExist = false }) => {
      await hold.use(connectTimeoutMs, (client) =>
        mustExist ? requireDatabase(client, database) : ensureDatabase(client, database, setup.onNotice),
      )
      return {
        url: socketUrl(layout.sockets, database),
        schema: 'dbos',
        label: `embedded database ${database}`,
        embedded: database,
        connectTimeoutMs,
        assertOwnSocket: () => assertOwnSocket(layout),
      }
    },

    start: ({ database, tcpPort }) =>
      explaining(async () => {
        await pinServer(setup, hold, { database, tcpPort })
        return await inspect(layout, database)
      }),

    stop: ({ force }) => explaining(() => stopIt(force)),

    status: ({ database } = { database: defaultDatabase }) => explaining(() => inspect(layout, database)),

    reset: ({ database, all }) =>
      explaining(async () => {
        if (all) {
          return await withLock(layout.lock, setup.onNotice, async () => {
            await stopIt(true)
            removeCluster(layout)
          })
        }
        await hold.use(resetTimeoutMs, async (client) => {
          if (database !== defaultDatabase) await requireDatabase(client, database)
          await dropDatabase(client, database)
          await ensureDatabase(client, database, setup.onNotice)
        })
      }),

    upgrade: () =>
      explaining(async () => {
        finishUpgrade(layout)
        if (!clusterExists(layout)) return undefined
        const { upgradeCluster } = await import('./upgrade/upgrade.ts')
        return await upgradeCluster(setup)
      }),

    logs: (lines) => explaining(async () => lastLines(readLog(layout.log), lines)),

    leave: async () => {
      const presence = await hold.end()
      if (presence === undefined) return
      await detach(layout, presence).catch((error) => {
        // Somebody else stopped it, or it crashed: nothing is left to do.
        if (!isDown(error)) throw error
      })
    },
  }
}
