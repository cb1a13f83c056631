import type { Data, Screen } from '../../cockpit/cockpit-model.ts'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { monotonicMs } from '../../core/words/long-timer.ts'
import type { Settings } from '../../settings/settings.ts'

/** What reads for a screen: until `signal` aborts, because another one is shown. */
export interface Reading {
  readonly context: Context
  readonly store: Store
  readonly settings: Settings
  readonly signal: AbortSignal
  /** The screen as it is now: what is in view is what is read. */
  screen(): Screen
  /** Lines that there are for it. */
  room(): number
  send(data: Data): void
  /** Resolves after `ms`, or sooner when something was done, or came into view. */
  rest(ms: number): Promise<void>
}

export function isNotFound(error: unknown): boolean {
  return error instanceof CliError && error.code === 'workflow-not-found'
}

/** No more of the time than this part is spent on reading. */
const maxReadingShare = 0.2

/** Reads again and again; the longer it takes, the less often. */
export async function readEvery(
  reading: Reading,
  everyMs: number | (() => number),
  read: () => Promise<void>,
): Promise<void> {
  while (!reading.signal.aborted) {
    const startMs = monotonicMs()
    await read()
    const tookMs = monotonicMs() - startMs
    await reading.rest(Math.max(typeof everyMs === 'number' ? everyMs : everyMs(), tookMs / maxReadingShare))
  }
}
