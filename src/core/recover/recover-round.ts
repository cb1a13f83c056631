import { deadInBoth, type RecoveredRow, type RecoveryScan, unclaimedInBoth } from '../diagnosis/recovery.ts'
import { CliError } from '../errors.ts'
import { handOverLeft, listLeftBy } from './hand-over-left.ts'
import { moveUnclaimed } from './move-unclaimed.ts'
import type { RecoverFinding, RecoverRequest, RecoverStore } from './recover-finding.ts'

/** How one round waits, and whom it tells. */
export interface RecoverPace {
  /** It looks twice, so far apart. */
  readonly graceMs: number
  /** Ends the round: nothing is changed after it. */
  readonly signal: AbortSignal
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** The server has just started: that long living executors get to connect again. */
  onSettling?(ms: number): void
  /** Told of each as soon as it is dealt with. */
  onFinding?(finding: RecoverFinding): void | Promise<void>
}

export interface RecoverRound {
  /** One for each workflow: those that were found, then those that were asked for by id and are none of them. */
  readonly rows: readonly RecoveredRow[]
  /** The last look, of the applications that were asked for. */
  readonly seen: Pick<RecoveryScan, 'deadExecutors' | 'unclaimed'>
}

/**
 * Hands what dead executors left to living ones, once. What a living executor may run is never touched. Throws
 * `sessions-hidden` where it cannot be told who lives.
 */
export async function recoverRound(
  store: RecoverStore,
  request: RecoverRequest,
  pace: RecoverPace,
): Promise<RecoverRound> {
  const { signal } = pace
  const first = await lookOnSettledServer(store, request, pace)
  const isSuspicious = isWorthASecondLook(first, request)
  if (isSuspicious) await pace.sleep(pace.graceMs, signal)
  const second = isSuspicious && !signal.aborted ? await store.scanExecutors() : first
  const isAsked = ({ application }: { readonly application: string | null }) =>
    request.application === undefined || (application !== null && request.application.includes(application))
  const rows: RecoveredRow[] = []
  const take = async (finding: RecoverFinding): Promise<void> => {
    for (const row of finding.rows) rows.push(row)
    await pace.onFinding?.(finding)
  }
  if (!signal.aborted) {
    const dead = deadInBoth(first, second).filter(isAsked)
    const pending = await listLeftBy(store, dead)
    for (const executor of dead) await take(await handOverLeft(store, request, executor, pending, first.at))
    const unclaimed = request.toVersion === undefined ? [] : unclaimedInBoth(first, second).filter(isAsked)
    for (const one of unclaimed) await take(await moveUnclaimed(store, request, one, first.at))
  }
  const done = new Set(rows.map(({ workflowId }) => workflowId))
  const others = request.workflowIds?.filter((id) => !done.has(id)) ?? []
  return {
    rows: [...rows, ...(await explainOthers(store, others, second))],
    seen: {
      deadExecutors: second.deadExecutors.filter(isAsked),
      unclaimed: second.unclaimed.filter(isAsked),
    },
  }
}

function isWorthASecondLook(
  { deadExecutors, unclaimed }: RecoveryScan,
  { toVersion }: RecoverRequest,
): boolean {
  return deadExecutors.length > 0 || (toVersion !== undefined && unclaimed.length > 0)
}

async function lookOnSettledServer(
  store: RecoverStore,
  request: RecoverRequest,
  { signal, sleep, onSettling }: RecoverPace,
): Promise<RecoveryScan> {
  const scan = await store.scanExecutors()
  if (scan.obstacle !== null) {
    throw new CliError('sessions-hidden', `Cannot tell which executors are alive: ${scan.obstacle}.`, {
      hint: scan.obstacle.includes('role')
        ? 'grant pg_read_all_stats to the role, or name a role that has it with --db-url'
        : 'name the database itself with --db-url, past the pooler',
    })
  }
  if (scan.unsettledMs === 0 || !isWorthASecondLook(scan, request)) return scan
  onSettling?.(scan.unsettledMs)
  await sleep(scan.unsettledMs, signal)
  return store.scanExecutors()
}

/** What was asked for by id and is not the workflow of a gone executor. */
async function explainOthers(
  store: RecoverStore,
  ids: readonly string[],
  { unclaimed }: RecoveryScan,
): Promise<RecoveredRow[]> {
  const workflows = await Promise.all(ids.map((id) => store.get(id)))
  return ids.map((workflowId, index) => {
    const workflow = workflows[index]
    if (!workflow) return { workflowId, outcome: 'not-found', executorId: null, version: null, reason: null }
    const { executorId, application, version, status } = workflow
    const isQueued = status === 'ENQUEUED' || status === 'DELAYED'
    const isUnclaimed = unclaimed.some((one) => one.application === application && one.version === version)
    const reason =
      status === 'PENDING'
        ? 'there are signs of life of its executor'
        : isQueued && isUnclaimed
          ? `it is ${status} for a version that nobody runs`
          : `it is ${status}`
    return { workflowId, outcome: 'left-alone', executorId, version, reason }
  })
}
