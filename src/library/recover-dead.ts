import { eligibleExecutors } from '../core/diagnosis/eligible-executors.ts'
import { deadInBoth } from '../core/diagnosis/recovery.ts'
import { CliError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { sleep } from '../core/words/long-timer.ts'

export interface RecoverOptions {
  /** Known to be gone, though sessions of unknown owners are connected. */
  readonly gone?: readonly string[]
  /** It looks twice, so far apart: 3 seconds by default. */
  readonly graceMs?: number
}

/** Of a dead executor what was handed to living ones; `reason` says why nothing was. */
export interface Recovered {
  readonly executorId: string
  readonly version: string | null
  readonly workflowIds: readonly string[]
  readonly reason: string | null
}

/** As `drover recover`: what a living executor may run is never touched. Throws `sessions-hidden` where that cannot be told. */
export async function recoverDead(
  store: Pick<Store, 'scanExecutors' | 'executors' | 'handOver'>,
  { gone = [], graceMs = 3000 }: RecoverOptions,
): Promise<readonly Recovered[]> {
  const first = await store.scanExecutors()
  if (first.obstacle !== null) {
    throw new CliError('sessions-hidden', `Cannot tell which executors are alive: ${first.obstacle}.`)
  }
  if (first.deadExecutors.length === 0) return []
  await sleep(first.unsettledMs + graceMs)
  const dead = deadInBoth(first, await store.scanExecutors())
  const recovered: Recovered[] = []
  for (const { executorId, application, version, doubts } of dead) {
    const found = { executorId, version, workflowIds: [], reason: null }
    if (doubts.length > 0 && !gone.includes(executorId)) {
      recovered.push({
        ...found,
        reason: `it may be one of the sessions of unknown owners: ${doubts.join(', ')}`,
      })
      continue
    }
    if (eligibleExecutors((await store.executors()) ?? [], { application, version }).length === 0) {
      recovered.push({ ...found, reason: 'no living executor runs its version' })
      continue
    }
    const request = { executorId, application, version, seenAt: first.at }
    recovered.push({ ...found, workflowIds: await store.handOver(request) })
  }
  return recovered
}
