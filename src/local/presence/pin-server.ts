import { ensureDatabase } from '../cluster/databases.ts'
import type { Layout } from '../cluster/layout.ts'
import { makeHome } from '../home/private-file.ts'
import { livingPostmaster } from '../server/postmaster.ts'
import type { Setup } from '../server/start-server.ts'
import { stop } from '../server/stop.ts'
import { freePort, setPassword } from '../server/tcp.ts'
import type { Hold } from './hold.ts'
import { readPin, removePin, writePin } from './pin.ts'

const connectTimeoutMs = 5000

interface KeepUpOptions {
  readonly database: string
  /** 0: any free one. Undefined: as before. */
  readonly tcpPort: number | undefined
}

/** Starts it and pins it. A change of port needs a restart, which is refused while somebody uses it. */
export async function pinServer(setup: Setup, hold: Hold, options: KeepUpOptions): Promise<void> {
  const { layout } = setup
  const before = await readPin(layout.pin)
  const tcpPort = await choosePort(before?.tcpPort ?? null, options.tcpPort)
  const listening = listeningPort(layout)
  if (listening !== undefined && listening !== tcpPort) {
    await stop(layout, { force: false, presence: await hold.end() })
  }
  makeHome(layout.home)
  writePin(layout.pin, { tcpPort })
  try {
    await hold.use(connectTimeoutMs, async (client) => {
      await ensureDatabase(client, options.database, setup.onNotice)
      if (tcpPort !== null) await setPassword(client, layout.password)
    })
  } catch (error) {
    if (before === undefined) removePin(layout.pin)
    else writePin(layout.pin, before)
    throw error
  }
}

async function choosePort(before: number | null, wanted: number | undefined): Promise<number | null> {
  if (wanted === undefined) return before
  return wanted !== 0 ? wanted : (before ?? (await freePort()))
}

/** Null: on its socket only. Undefined: it does not run. */
function listeningPort(layout: Layout): number | null | undefined {
  const running = livingPostmaster(layout.postmasterFile)
  return running && (running.listensOnTcp ? running.port : null)
}
