const runsBySignal = new WeakMap<AbortSignal, Set<() => void>>()

/** Runs once `signal` aborts, at once where it has. However many ask, the signal has one listener. Returns how to stop. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) {
    run()
    return () => {}
  }
  const runs = runsBySignal.get(signal) ?? listen(signal)
  const own = (): void => run()
  runs.add(own)
  return () => runs.delete(own)
}

function listen(signal: AbortSignal): Set<() => void> {
  const runs = new Set<() => void>()
  runsBySignal.set(signal, runs)
  const runAll = () => {
    for (const run of runs) run()
  }
  signal.addEventListener('abort', runAll, { once: true })
  return runs
}
