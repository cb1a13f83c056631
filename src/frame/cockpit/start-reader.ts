import type { Cockpit, Data } from '../../cockpit/cockpit-model.ts'
import { shownSource } from '../../cockpit/cockpit-update.ts'
import { roomOf } from '../../cockpit/footer.ts'
import { shownScreen } from '../../cockpit/turns.ts'
import { CliError } from '../../core/errors.ts'
import { readScreen } from './read-screens.ts'
import type { Reading } from './reading.ts'

export interface Reader {
  /** What it reads. */
  readonly source: string
  stop(): void
  /** Something was done, or came into view. */
  wake(): void
}

interface Wheel {
  cockpit(): Cockpit
  send(source: string, data: Data): void
  complain(error: CliError): void
  fail(error: unknown): void
}

const tryAgainMs = 2000
/** However fast somebody scrolls. */
const shortestRestMs = 200

/** Reads for the screen that is shown now, until it is stopped. What is refused is told, and tried again. */
export function startReader(
  { context, store, settings, signal }: Pick<Reading, 'context' | 'store' | 'settings' | 'signal'>,
  cockpit: Cockpit,
  { cockpit: current, send, complain, fail }: Wheel,
): Reader {
  const stop = new AbortController()
  const own = AbortSignal.any([signal, stop.signal])
  const source = shownSource(cockpit)
  let screen = shownScreen(cockpit)
  /** Of each part that rests: several read for one screen. */
  const naps = new Set<AbortController>()

  const rest = async (ms: number): Promise<void> => {
    const nap = new AbortController()
    naps.add(nap)
    const shortMs = Math.min(ms, shortestRestMs)
    await context.sleep(shortMs, own)
    await context.sleep(ms - shortMs, AbortSignal.any([own, nap.signal]))
    naps.delete(nap)
  }
  const reading: Reading = {
    context,
    store,
    settings,
    signal: own,
    screen: () => {
      const now = current()
      if (shownSource(now) === source) screen = shownScreen(now)
      return screen
    },
    room: () => roomOf(current()),
    send: (data) => {
      if (!own.aborted) send(source, data)
    },
    rest,
  }
  const readOn = async (): Promise<void> => {
    // Whoever starts it has it before the first data comes, which tells by its source which one reads.
    await Promise.resolve()
    while (!own.aborted) {
      try {
        return await readScreen(reading)
      } catch (error) {
        if (own.aborted) return
        if (!(error instanceof CliError) || error.code === 'connection-lost') throw error
        complain(error)
        await context.sleep(tryAgainMs, own)
      }
    }
  }
  readOn().catch((error: unknown) => {
    if (!own.aborted) fail(error)
  })
  const wake = () => {
    for (const nap of naps) nap.abort()
  }
  return { source, stop: () => stop.abort(), wake }
}
