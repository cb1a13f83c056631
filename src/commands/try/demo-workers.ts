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
  const { dbUrl, database, schema } = flags
  const flagValues = Object.entries({ '--db-url': dbUrl, '--database': database, '--schema': schema })
  const place = flagValues.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]))
  let current: ChildProcess | undefined
  return {
    endedByThemselves: unexpected.signal,
    start: (env) => {
      const args = ['worker', '--app', demoApp, '--app-version', version, ...place]
      const worker = context.spawnDrover(args, env)
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
