import { isDeepStrictEqual } from 'node:util'
import { askPrefix } from '../../core/dbos-names.ts'
import type { Inbox, InboxQuery } from '../../core/decide/inbox-query.ts'
import type { FollowOptions } from '../../core/store.ts'
import { longestTimerMs, monotonicMs } from '../../core/words/long-timer.ts'
import { onAbort } from '../connection/on-abort.ts'
import { retryWhileDisconnected } from '../connection/retry-while-disconnected.ts'
import { createWake } from '../connection/wake.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { readInbox } from '../read/read-inbox.ts'

/** Nobody announces a wait that did not ask, nor one that ran out of time. */
const pollMs = 1000
/** What is announced together is read together. */
const settleMs = 30
/** A big inbox takes long to read: no more than this part of the time is spent on it. */
const maxReadingShare = 0.2

type Options = Pick<FollowOptions, 'signal' | 'onNotice'>

/** Where those who watch the same of an inbox come together: it is read for all of them at once. */
export interface Inboxes {
  watch(query: InboxQuery, options: Options): AsyncGenerator<Inbox>
}

export function watchInbox(
  { inboxes }: { readonly inboxes: Inboxes },
  query: InboxQuery,
  options: Options,
): AsyncGenerator<Inbox> {
  return inboxes.watch(query, options)
}

interface Watcher {
  readonly options: Options
  ring(): void
}

interface Shared {
  readonly watchers: Set<Watcher>
  readonly stop: AbortController
  /** Wakes the reading. */
  readonly wake: ReturnType<typeof createWake>
  latest: Inbox | undefined
  /** How many times it was begun to be read, and which of those `latest` is as new as. */
  begun: number
  read: number
  /** Set once it is over: with what it failed, or that the store was closed. */
  end: { readonly error?: unknown } | undefined
}

export function createInboxes(
  database: Pick<OpenDatabase, 'session' | 'schema' | 'listener' | 'timing'>,
): Inboxes {
  const sharedByQuery = new Map<string, Shared>()

  function begin(key: string, query: InboxQuery): Shared {
    const shared: Shared = {
      watchers: new Set(),
      stop: new AbortController(),
      wake: createWake(),
      latest: undefined,
      begun: 0,
      read: 0,
      end: undefined,
    }
    sharedByQuery.set(key, shared)
    void readForAll(database, query, shared)
      .then(
        () => {
          shared.end = {}
        },
        (error: unknown) => {
          shared.end = { error }
        },
      )
      .finally(() => {
        if (sharedByQuery.get(key) === shared) sharedByQuery.delete(key)
        ringAll(shared)
      })
    return shared
  }

  return {
    watch: async function* (query, options) {
      const { signal } = options
      const key = JSON.stringify(query)
      const begun = sharedByQuery.get(key)
      // Whoever comes is told of now, and not of a moment ago.
      const oldest = (begun?.begun ?? 0) + 1
      const shared = begun ?? begin(key, query)
      const wake = createWake()
      const watcher = { options, ring: wake.ring }
      shared.watchers.add(watcher)
      shared.wake.ring()
      const stopWaiting = onAbort(signal, wake.ring)
      const never = new AbortController().signal
      let seen: Inbox | undefined
      try {
        while (!signal.aborted) {
          wake.reset()
          if (shared.end) {
            if ('error' in shared.end) throw shared.end.error
            return
          }
          if (shared.latest && shared.latest !== seen && shared.read >= oldest) {
            seen = shared.latest
            yield seen
          } else {
            await wake.sleep(longestTimerMs, never)
          }
        }
      } finally {
        stopWaiting()
        shared.watchers.delete(watcher)
        if (shared.watchers.size === 0) {
          sharedByQuery.delete(key)
          shared.stop.abort()
        }
      }
    },
  }
}

function ringAll({ watchers }: Shared): void {
  for (const { ring } of watchers) ring()
}

async function readForAll(
  database: Pick<OpenDatabase, 'session' | 'schema' | 'listener' | 'timing'>,
  query: InboxQuery,
  shared: Shared,
): Promise<void> {
  const { session, listener, timing } = database
  const { wake, stop, watchers } = shared
  const { signal } = stop
  const onNotice = (notice: string): void => {
    for (const { options } of watchers) options.onNotice?.(notice)
  }
  const stopListening = listener.subscribe((payload) => {
    if (payload === undefined || isAbout(payload, shared.latest)) wake.ring()
  })
  try {
    while (!signal.aborted && !session.isClosed()) {
      wake.reset()
      const startMs = monotonicMs()
      const round = ++shared.begun
      const read = () => readInbox(database, query)
      const inbox = await retryWhileDisconnected(session, timing, { signal, onNotice }, read, listener.check)
      if (!inbox) return
      if (!isDeepStrictEqual(inbox, shared.latest)) shared.latest = inbox
      shared.read = round
      ringAll(shared)
      const readingMs = monotonicMs() - startMs
      await createWake().sleep(Math.max(settleMs, readingMs / maxReadingShare), signal)
      await wake.sleep(pollMs, signal)
    }
  } finally {
    stopListening()
  }
}

/** A question, or a message to somebody who waits. Ids and keys may hold anything, also `::`. */
function isAbout(payload: string, shown: Inbox | undefined): boolean {
  if (payload.includes(`::${askPrefix}`)) return true
  return shown?.waits.some(({ workflowId }) => payload.startsWith(`${workflowId}::`)) ?? false
}
