import type { Change } from '../../core/change.ts'
import type { FollowOptions } from '../../core/store.ts'
import { workflowNotFound } from '../connection/failures.ts'
import { checkCursor } from './check-cursor.ts'
import { createCursors, decodeCursor } from './cursor.ts'
import type { FeedDatabase } from './feed-database.ts'
import { moveToNow } from './move-to-now.ts'
import { needsOf } from './needs.ts'
import { createPosition, type Position } from './position.ts'
import { type Following, reportSnapshot } from './report-snapshot.ts'
import { createOutcome, type Outcome, type Round } from './seat.ts'

/** In rounds, each one snapshot, which the hub reads when there is something new. Nothing is read ahead of the consumer. */
export async function* follow(
  database: FeedDatabase,
  workflowIds: readonly string[],
  options: FollowOptions,
): AsyncGenerator<Change> {
  const { hub, session } = database
  const { signal } = options
  if (options.from !== undefined) await checkCursor(options.from)
  const positions = startingPositions(workflowIds, options)
  if (options.fromNow) await moveToNow(database, positions, options)
  const held = new Map(options.latestEvents ? workflowIds.map((id) => [id, new Map()]) : [])
  const active = new Map(positions)
  const cursor = options.cursors === false ? () => '' : createCursors(workflowIds, { positions, active })
  const following: Following = { positions, active, held, cursor, options }
  const place = hub.enter({ needs: needsOf(options), active: following.active, options })
  let before: { readonly round: Round; readonly outcome: Outcome } | undefined
  try {
    while (following.active.size > 0) {
      const round = await place.next(before)
      if (!round) return
      if (!before) refuseMissing(workflowIds, round, session.target.label)
      const outcome = createOutcome()
      for (const change of reportSnapshot(round, following, outcome)) {
        if (signal.aborted) return
        yield change
      }
      before = { round, outcome }
    }
  } finally {
    place.leave()
  }
}

function startingPositions(workflowIds: readonly string[], options: FollowOptions): Map<string, Position> {
  const positions = options.from === undefined ? new Map<string, Position>() : decodeCursor(options.from)
  if (!options.children) {
    const followed = new Set(workflowIds)
    for (const id of positions.keys()) if (!followed.has(id)) positions.delete(id)
  }
  for (const id of workflowIds) {
    if (positions.has(id)) continue
    const position = createPosition()
    for (const [key, start] of options.streamStarts ?? []) position.streams[key] = start - 1
    positions.set(id, position)
  }
  return positions
}

function refuseMissing(workflowIds: readonly string[], { snapshot, ids }: Round, label: string): void {
  const asked = new Set(ids)
  const missing = workflowIds.find((id) => asked.has(id) && !snapshot.rows.has(id))
  if (missing !== undefined) throw workflowNotFound(missing, label)
}
