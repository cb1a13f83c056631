import type { ChildProcess } from '../../context.ts'
import { demoApp, type Tour } from './tour.ts'

/** Processes of `drover worker` for the tour, one at a time. */
export interface DemoWorkers {
  /** Aborted when one ends that was not told to: without a worker nothing would ever happen. */
  readonly endedByThemselves: AbortSignal
  start(env?: Readonly<Record<string, string>>): void
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

export function createWorkers({ context, flags }: Tour, version: string): DemoWorkers {
  const unexpected = new AbortController()
  const { dbUrl, listenUrl, database, schema } = flags
  // Everybody on this machine sees the arguments of a process, and a URL holds a password.
  const place = {
    ...(dbUrl === undefined ? {} : { DROVER_DB_URL: dbUrl, DROVER_DATABASE: '' }),
    ...(database === undefined ? {} : { DROVER_DATABASE: database, DROVER_DB_URL: '' }),
    ...(listenUrl === undefined ? {} : { DROVER_LISTEN_URL: listenUrl }),
  }
  const schemaFlags = schema === undefined ? [] : ['--schema', schema]
  let current: ChildProcess | undefined
  return {
    endedByThemselves: unexpected.signal,
    start: (env) => {
      const args = ['worker', '--app', demoApp, '--app-version', version, ...schemaFlags]
      const worker = context.spawnDrover(args, { ...place, ...env })
      current = worker
      void worker.exited.then(() => {
        if (worker === current) unexpected.abort()
      })
    },
    end: async (signal) => {
      const ending = current
      current = undefined
      ending?.kill(signal)
      await ending?.exited
    },
  }
}
