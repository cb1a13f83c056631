import { type Session, usualSilenceMs } from '../connection/connect.ts'
import { onAbort } from '../connection/on-abort.ts'

/** One statement moves all there is, which takes longer than any other. */
const timesUsual = 20

export function transferSilenceMs({ options }: Session): number {
  return timesUsual * (options.silenceMs ?? usualSilenceMs)
}

/** The same pieces, and whether it is they that are waited for. */
export function takeTurns<Piece>(pieces: AsyncIterable<Piece>): {
  readonly turn: () => boolean
  readonly taken: AsyncIterable<Piece>
} {
  let isWaiting = false
  async function* take(): AsyncGenerator<Piece> {
    isWaiting = true
    try {
      for await (const piece of pieces) {
        isWaiting = false
        yield piece
        isWaiting = true
      }
    } finally {
      isWaiting = false
    }
  }
  return { turn: () => isWaiting, taken: take() }
}

/** What goes into a database goes there whether or not somebody reads what is said of it. Returns how to forget it, too. */
export function exceptForReaders(interrupt: AbortSignal | undefined): readonly [AbortSignal, () => void] {
  const controller = new AbortController()
  if (!interrupt) return [controller.signal, () => {}]
  const forget = onAbort(interrupt, () => {
    if (interrupt.reason !== 'SIGPIPE') controller.abort(interrupt.reason)
  })
  return [controller.signal, forget]
}
