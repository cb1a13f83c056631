import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import type { Layout } from '../cluster/layout.ts'
import { otherClients } from '../presence/clients.ts'
import { isUnused } from '../presence/detach.ts'
import { removePin } from '../presence/pin.ts'
import { enter, type Presence, takeExclusively } from '../presence/presence.ts'
import { livingPostmaster, type Postmaster } from './postmaster.ts'
import { failure, unusable } from './server-failure.ts'
import { isDown } from './socket-connection.ts'
import { stopServer } from './spawn-server.ts'

const connectTimeoutMs = 5000
const patienceMs = 15_000
const lastPatienceMs = 5000

/** `presence` is this process's own, which does not count as a client. False when nothing ran. */
export async function stop(
  layout: Layout,
  options: { readonly force: boolean; readonly presence: Presence | undefined },
): Promise<boolean> {
  const running = livingPostmaster(layout.postmasterFile)
  const presence = options.presence ?? (running && !options.force ? await lookIn(layout) : undefined)
  try {
    if (!options.force && presence !== undefined) await assertUnused(presence)
    removePin(layout.pin)
    if (running !== undefined) await end(layout, running)
    return running !== undefined
  } finally {
    await presence?.client.end()
  }
}

/** Nobody can be connected to one that takes no connections. */
async function lookIn(layout: Layout): Promise<Presence | undefined> {
  try {
    return await enter(layout, connectTimeoutMs)
  } catch (error) {
    if (isDown(error)) return undefined
    throw unusable(layout, error)
  }
}

async function assertUnused(presence: Presence): Promise<void> {
  if ((await takeExclusively(presence)) && (await isUnused(presence))) return
  const clients = await otherClients(presence.client)
  throw new CliError('database-in-use', `The embedded database is in use by ${clients.join(', ')}.`, {
    hint: command('db stop', [], { '--force': true }),
  })
}

async function end(layout: Layout, running: Postmaster): Promise<void> {
  if (await stopServer(layout, running, 'SIGINT', patienceMs)) return
  if (await stopServer(layout, running, 'SIGQUIT', lastPatienceMs)) return
  throw failure(layout, `The embedded Postgres (process ${running.pid}) does not stop.`)
}
