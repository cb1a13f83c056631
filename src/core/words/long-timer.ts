/** The longest that a timer of Node's can take (24.8 days): what is longer fires at once. */
export const longestTimerMs = 2 ** 31 - 1

/** A clock that nobody sets, for how long something takes. For `performance` Node loads a dozen modules, which takes a millisecond of every start. */
export function monotonicMs(): number {
  return process.uptime() * 1000
}

/** A timer of any length. Returns how to stop it. */
export function startTimer(run: () => void, ms: number, { keepsAlive = true } = {}): () => void {
  let leftMs = ms
  let timer: NodeJS.Timeout
  const start = (): void => {
    const pieceMs = Math.min(leftMs, longestTimerMs)
    leftMs -= pieceMs
    timer = setTimeout(leftMs > 0 ? start : run, pieceMs)
    if (!keepsAlive) timer.unref()
  }
  start()
  return () => clearTimeout(timer)
}

/** `AbortSignal.timeout` for any length; like that it keeps no process alive. */
export function timeoutSignal(ms: number): AbortSignal {
  const controller = new AbortController()
  startTimer(() => controller.abort(new DOMException('The time is over.', 'TimeoutError')), ms, {
    keepsAlive: false,
  })
  return controller.signal
}

/** Resolves after `ms`, of any length, or as soon as `signal` aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      stop()
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const stop = startTimer(wake, ms)
    signal?.addEventListener('abort', wake, { once: true })
  })
}
