import { isDeepStrictEqual } from 'node:util'
import { createWaitKnowledge, type KnownWait } from '../../core/decide/known-waits.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import type { GatewayParts } from '../gateway-parts.ts'

export interface InboxChange {
  readonly type: 'arrived' | 'departed'
  readonly at: Date
  readonly wait: KnownWait
}

export interface InboxHub {
  /** What is there, then what arrives and departs, until `signal` aborts. All who ask share one look at the database. */
  changes(signal: AbortSignal): AsyncIterable<InboxChange>
}

type Parts = Pick<GatewayParts, 'store' | 'workflows' | 'now' | 'onLog'>

/** A wait that was rewound waits anew. */
function openingOf(wait: KnownWait): string {
  return `${waitId(wait)} ${wait.since.getTime()}`
}

export function createInboxHub({ store, workflows, now, onLog }: Parts): InboxHub {
  const know = createWaitKnowledge(store, workflows)
  const sleepers = new Set<() => void>()
  let current: ReadonlyMap<string, KnownWait> | undefined
  let failure: unknown
  let readers = 0
  let watching: AbortController | undefined

  const wakeAll = () => {
    for (const wake of sleepers) wake()
  }

  async function watch({ signal }: AbortController): Promise<void> {
    try {
      for await (const { waits } of store.watchInbox({}, { signal, onNotice: onLog })) {
        const known = await know(waits)
        if (signal.aborted) return
        current = new Map(known.map((wait) => [openingOf(wait), wait]))
        wakeAll()
      }
    } catch (error) {
      failure = error
      wakeAll()
    }
  }

  function enter(): void {
    readers++
    if (watching && failure === undefined) return
    failure = undefined
    watching = new AbortController()
    void watch(watching)
  }

  function leave(): void {
    readers--
    if (readers > 0) return
    watching?.abort()
    watching = undefined
    current = undefined
  }

  return {
    changes: async function* (signal) {
      enter()
      /** What this one was told: all that is kept for it, however seldom it reads. */
      const told = new Map<string, KnownWait>()
      let seen: typeof current
      try {
        while (!signal.aborted) {
          if (failure !== undefined) throw failure
          if (current === undefined || current === seen) {
            await untilWoken(sleepers, signal)
            continue
          }
          seen = current
          for (const [key, wait] of told) {
            if (seen.has(key)) continue
            told.delete(key)
            yield { type: 'departed', at: now(), wait }
          }
          for (const [key, wait] of seen) {
            if (isDeepStrictEqual(told.get(key), wait)) continue
            told.set(key, wait)
            yield { type: 'arrived', at: now(), wait }
          }
        }
      } finally {
        leave()
      }
    },
  }
}

function untilWoken(sleepers: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      sleepers.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    sleepers.add(wake)
    signal.addEventListener('abort', wake)
    if (signal.aborted) wake()
  })
}
