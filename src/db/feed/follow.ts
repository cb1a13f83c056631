import type { Change } from '../../core/change.ts'
import type { DatabaseTarget } from '../../core/database.ts'
import type { FollowOptions } from '../../core/store.ts'
import { workflowNotFound } from '../connection/failures.ts'
import { retryWhileDisconnected } from '../connection/retry-while-disconnected.ts'
import { createWake } from '../connection/wake.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import { checkCursor } from './check-cursor.ts'
import { readFingerprint } from './fingerprint.ts'
import { createPosition, decodeCursor, type Position } from './position.ts'
import { type Needs, needsOf, readSnapshot, type Snapshot } from './read-snapshot.ts'
import { type Following, reportSnapshot } from './report-snapshot.ts'

/**
 * Reads in rounds, each one snapshot: at once when DBOS announces something, and every few milliseconds besides, because
 * steps and statuses are announced to nobody. Nothing is read ahead of the consumer.
 */
export async function* follow(
  database: OpenDatabase,
  workflowIds: readonly string[],
  options: FollowOptions,
): AsyncGenerator<Change> {
  const { session, listener, timing } = database
  const { signal } = options
  if (options.from !== undefined) await checkCursor(options.from)
  const positions = startingPositions(workflowIds, options)
  const held = new Map(options.latestEvents ? workflowIds.map((id) => [id, new Map()]) : [])
  const following: Following = { positions, active: new Map(positions), held, options }
  const needs = needsOf(options)
  const wake = createWake()
  const pace = createPace(isLight(needs) ? lightEagerMs : heavyEagerMs)
  let isFirst = true
  let isPollingSaid = false
  const reader = createReader(database, following, needs)
  const unsubscribe = listener.subscribe((payload) => {
    if (payload !== undefined && !isAboutAny(payload, following.active.keys())) return
    reader.expectNews()
    pace.hurry()
    wake.ring()
  })

  try {
    while (following.active.size > 0 && !signal.aborted) {
      wake.reset()
      const startMs = performance.now()
      const answer = await retryWhileDisconnected(session, timing, options, reader.read, listener.check)
      pace.took(performance.now() - startMs)
      if (!answer) return
      const outcome = { isComplete: true, hasNews: false }
      if (answer.round) {
        if (isFirst) refuseMissing(workflowIds, answer.round, session.target.label)
        isFirst = false
        for (const change of reportSnapshot(answer.round, following, outcome)) {
          if (signal.aborted) return
          yield change
        }
        if (!outcome.isComplete) reader.expectNews()
      }
      const notifyFailure = isPollingSaid ? undefined : listener.notifyFailure()
      if (notifyFailure !== undefined) {
        isPollingSaid = true
        options.onNotice?.(`${notifyFailure}, so drover polls it${hintFor(session.target)}.`)
      }
      if (outcome.hasNews) pace.hurry()
      if (outcome.isComplete && following.active.size > 0) await wake.sleep(pace.pollMs(), signal)
    }
  } finally {
    unsubscribe()
  }
}

/** A deadline that passes changes what is told of a wait, and nothing in the database. */
const longestWithoutRoundMs = 5000

interface Reader {
  /** Without a round when there is nothing new to tell. */
  read(): Promise<{ readonly round?: Snapshot }>
  /** The next one is a round. */
  expectNews(): void
}

/** Asks whether there is something new before it asks what, unless it is known. */
function createReader(database: OpenDatabase, { active }: Following, needs: Needs): Reader {
  let isExpected = true
  let fingerprint: string | undefined
  let roundAtMs = 0

  const isRoundDue = async (): Promise<boolean> => {
    if (isExpected || performance.now() - roundAtMs > longestWithoutRoundMs) return true
    const before = fingerprint
    fingerprint = await readFingerprint(database, active, needs, database.timing.silenceMs)
    return fingerprint !== before
  }

  return {
    read: async () => {
      if (!(await isRoundDue())) return {}
      isExpected = false
      try {
        const round = await readSnapshot(database, active, needs, database.timing.silenceMs)
        roundAtMs = performance.now()
        return { round }
      } catch (error) {
        isExpected = true
        throw error
      }
    },
    expectNews: () => {
      isExpected = true
    },
  }
}

/** Ids and keys may hold `::` themselves, so a payload is not taken apart. */
function isAboutAny(payload: string, workflowIds: Iterable<string>): boolean {
  for (const id of workflowIds) if (payload.startsWith(`${id}::`)) return true
  return false
}

function startingPositions(workflowIds: readonly string[], options: FollowOptions): Map<string, Position> {
  const positions = options.from === undefined ? new Map<string, Position>() : decodeCursor(options.from)
  if (!options.children) {
    for (const id of positions.keys()) if (!workflowIds.includes(id)) positions.delete(id)
  }
  for (const id of workflowIds) {
    if (positions.has(id)) continue
    const position = createPosition()
    for (const [key, start] of options.streamStarts ?? []) position.streams[key] = start - 1
    positions.set(id, position)
  }
  return positions
}

function refuseMissing(workflowIds: readonly string[], round: Snapshot, label: string): void {
  const missing = workflowIds.find((id) => !round.rows.has(id))
  if (missing !== undefined) throw workflowNotFound(missing, label)
}

function hintFor({ listenUrl }: DatabaseTarget): string {
  return listenUrl === undefined ? ' (--listen-url can name a direct one)' : ''
}

interface Pace {
  hurry(): void
  /** How long the last round took: a database that is slow, or has many watchers, is asked less often. */
  took(ms: number): void
  pollMs(): number
}

const busiestShare = 0.25
/** An end comes unannounced: who reads nothing but statuses can afford to look for it longer. */
const lightEagerMs = 60_000
const heavyEagerMs = 10_000

function isLight({ steps, messages, waits }: Needs): boolean {
  return !steps && !messages && !waits
}

/** Polls often while things happen and seldom while nothing does. */
function createPace(eagerForMs: number): Pace {
  let lastBusyMs = Date.now()
  let roundMs = 0
  return {
    hurry: () => {
      lastBusyMs = Date.now()
    },
    took: (ms) => {
      // One slow round is chance, several are load.
      roundMs += (Math.min(ms, 1000) - roundMs) / 4
    },
    pollMs: () => {
      const idleMs = Date.now() - lastBusyMs
      const restMs = idleMs < 2000 ? 20 : idleMs < eagerForMs ? 50 : 250
      return Math.max(restMs, roundMs / busiestShare)
    },
  }
}
