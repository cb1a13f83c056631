import { isDeepStrictEqual } from 'node:util'
import { askPrefix } from '../../core/dbos-names.ts'
import type { Inbox, InboxQuery } from '../../core/decide/inbox-query.ts'
import type { FollowOptions } from '../../core/store.ts'
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

export async function* watchInbox(
  database: OpenDatabase,
  query: InboxQuery,
  options: Pick<FollowOptions, 'signal' | 'onNotice'>,
): AsyncGenerator<Inbox> {
  const { session, listener, timing } = database
  const { signal } = options
  const wake = createWake()
  let shown: Inbox | undefined
  const stopListening = listener.subscribe((payload) => {
    if (payload === undefined || isAbout(payload, shown)) wake.ring()
  })
  try {
    while (!signal.aborted && !session.isClosed()) {
      wake.reset()
      const startMs = performance.now()
      const read = () => readInbox(database, query)
      const inbox = await retryWhileDisconnected(session, timing, options, read, listener.check)
      if (!inbox) return
      if (!isDeepStrictEqual(inbox, shown)) {
        shown = inbox
        yield inbox
      }
      const readingMs = performance.now() - startMs
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
