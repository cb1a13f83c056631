import { isConnectionLoss } from '../connection/failures.ts'
import type { OpenDatabase } from '../executors/open-database.ts'
import type { Ask } from './ask-patiently.ts'
import { readEnded } from './probe.ts'
import { readSnapshots } from './read-snapshot.ts'
import type { Registry } from './registry.ts'
import { planRound, type Round, type Seat, weightOf } from './seat.ts'

/** So many workflows are read at once: the first of very many are told soon. */
const mostRead = 200

/**
 * Gives a round to each of those who wait for one, read for all of them at once. What fails for many is tried for each, so
 * that it fails for nobody else. False once it is over.
 */
export async function serveReaders(
  database: Pick<OpenDatabase, 'session' | 'schema' | 'timing'>,
  registry: Pick<Registry, 'seats' | 'readers' | 'settle'>,
  ask: Ask,
): Promise<boolean> {
  const { readers, settle } = registry
  const chosen = chooseReaders(readers)
  for (const seat of chosen) readers.delete(seat)
  try {
    return await giveRounds(database, registry, ask, chosen)
  } catch (error) {
    if (isConnectionLoss(error)) throw error
    for (const seat of chosen) {
      if (!seat.waiting) continue
      try {
        if (chosen.length === 1) throw error
        for (const id of seat.active.keys()) seat.expected.add(id)
        await giveRounds(database, registry, ask, [seat])
      } catch (own) {
        settle(seat, ({ reject }) => reject(own))
      }
    }
    return true
  }
}

function chooseReaders(readers: Iterable<Seat>): readonly Seat[] {
  const chosen: Seat[] = []
  let weight = 0
  for (const seat of readers) {
    weight += weightOf(seat)
    if (chosen.length > 0 && weight > mostRead) break
    chosen.push(seat)
  }
  return chosen
}

async function giveRounds(
  database: Pick<OpenDatabase, 'session' | 'schema' | 'timing'>,
  { seats: { size: followers }, settle }: Pick<Registry, 'seats' | 'settle'>,
  ask: Ask,
  seats: readonly Seat[],
): Promise<boolean> {
  const { session, timing } = database
  const findEnded = async (ids: Iterable<string>) =>
    (await ask((moments) => readEnded(database, ids, timing.silenceMs, moments)))?.result
  const plans: (Pick<Round, 'ids' | 'mayEnd'> & { readonly seat: Seat })[] = []
  for (const seat of seats) {
    const plan = await planRound(seat, session.target.label, findEnded)
    if (!plan) return false
    plans.push({ seat, ...plan })
  }
  const requests = plans.map(({ seat: { active, needs }, ids }) => ({
    needs,
    positions: new Map(
      ids.flatMap((id) => {
        const position = active.get(id)
        return position ? [[id, position] as const] : []
      }),
    ),
  }))
  const options = { silenceMs: timing.silenceMs, followers }
  const found = await ask((moments) => readSnapshots(database, requests, options, moments))
  if (!found) return false
  for (const [index, { seat, ids, mayEnd }] of plans.entries()) {
    const snapshot = found.result[index]
    if (!snapshot) continue
    seat.isNew = false
    settle(seat, ({ resolve }) => resolve({ snapshot, ids, mayEnd }))
  }
  return true
}
