import { setTimeout as delay } from 'node:timers/promises'
import { CliError } from '../../core/errors.ts'
import type { FollowOptions } from '../../core/store.ts'
import type { Session } from './connect.ts'
import { isPassing, wasCut } from './failures.ts'
import { type FollowTiming, retryWhileDisconnected } from './retry-while-disconnected.ts'

interface Patience extends Pick<FollowOptions, 'signal' | 'onNotice'> {
  readonly session: Session
  readonly timing: FollowTiming
}

const tries = 3
const pauseMs = 100

/**
 * Looks again where a connection was there and died: a few times, and as long as a follower waits where something will be
 * followed. A server that is not there at all is told at once.
 */
export async function openPatiently<Result>(
  { session, timing, signal, onNotice }: Patience,
  look: () => Promise<Result>,
): Promise<Result> {
  for (let left = tries - 1; ; left--) {
    try {
      return await look()
    } catch (error) {
      if (session.isClosed()) throw error
      if (session.target.isFollowed && (wasCut(error) || isPassing(error))) break
      if (!wasCut(error) || left === 0) throw error
    }
    await delay(pauseMs)
  }
  return whileFollowed({ session, timing, signal, onNotice }, look)
}

async function whileFollowed<Result>(
  { session, timing, signal, onNotice }: Patience,
  read: () => Promise<Result>,
): Promise<Result> {
  const found = await retryWhileDisconnected(session, timing, { signal, onNotice }, async () => ({
    value: await read(),
  }))
  if (found) return found.value
  throw new CliError('interrupted', `Interrupted while ${session.target.label} did not answer.`)
}

/** What a follower asks before and beside what it follows. */
const reads: readonly string[] = [
  ...['list', 'listPlaces', 'get', 'findByPrefix', 'steps', 'events'],
  ...['streams', 'streamKeys', 'offsetOfLast', 'messages'],
  ...[
    'existing',
    'waits',
    'inbox',
    'learnAnswers',
    'lineage',
    'children',
    'waitAt',
    'lastDecided',
    'decisions',
  ],
  ...[
    'origins',
    'lastRanPortable',
    'knownNames',
    'hasQueue',
    'situation',
    'clock',
    'outlook',
    'states',
    'stepBounds',
    'countSteps',
  ],
  ...[
    'facts',
    'board',
    'countBy',
    'descendants',
    'weigh',
    'versions',
    'versionTotals',
    'queues',
    'schedules',
  ],
]

/** The reads among these functions asked again while the connection is lost, where something is followed. */
export function readPatiently<Functions extends object>(patience: Patience, functions: Functions): Functions {
  if (!patience.session.target.isFollowed) return functions
  const patient = Object.entries(functions).map(([name, use]) =>
    reads.includes(name)
      ? [name, (...given: readonly unknown[]) => whileFollowed(patience, () => use(...given))]
      : [name, use],
  )
  return Object.fromEntries(patient)
}
