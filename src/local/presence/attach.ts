import { setTimeout as sleep } from 'node:timers/promises'
import { assertSupported } from '../cluster/native-package.ts'
import { livingPostmaster } from '../server/postmaster.ts'
import { explainFileError, failure, unusable } from '../server/server-failure.ts'
import { isDown } from '../server/socket-connection.ts'
import { type Setup, startServer } from '../server/start-server.ts'
import { enter, type Presence } from './presence.ts'

const startTimeoutMs = 60_000
const pollIntervalMs = 5

/** Connects first, which is all there is to do where the server is up, and starts it where it is down. */
export async function attach(setup: Setup, connectTimeoutMs: number): Promise<Presence> {
  assertSupported()
  let seen = ''
  let seenSince = 0
  for (;;) {
    const attempt = await tryToEnter(setup, connectTimeoutMs)
    if (!(attempt instanceof Error)) return attempt
    const wasStarted = await startServer(setup).catch((error) => {
      throw explainFileError(setup.layout, error)
    })
    if (wasStarted) continue
    const { pid, state } = livingPostmaster(setup.layout.postmasterFile) ?? { pid: null, state: '' }
    if (seen !== `${pid} ${state}`) {
      seen = `${pid} ${state}`
      seenSince = Date.now()
    }
    // One that recovers from a crash may need longer than one that says it is ready.
    const patienceMs = state === 'ready' ? connectTimeoutMs : startTimeoutMs
    if (Date.now() - seenSince > patienceMs) {
      throw failure(
        setup.layout,
        `The embedded Postgres (process ${pid}) runs but takes no connection.`,
        attempt,
      )
    }
    await sleep(pollIntervalMs)
  }
}

/** The error where the server is down, coming or going. */
async function tryToEnter({ layout, onNotice }: Setup, timeoutMs: number): Promise<Presence | Error> {
  try {
    return await enter(layout, timeoutMs, onNotice)
  } catch (error) {
    if (error instanceof Error && isDown(error)) return error
    throw unusable(layout, error)
  }
}
