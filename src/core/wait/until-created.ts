import type { WorkflowFilter } from '../manage/workflow-filter.ts'
import type { Store } from '../store.ts'
import { nextWaitMs } from '../words/back-off.ts'
import { sleep } from '../words/long-timer.ts'

interface PresenceOptions {
  /** Aborted it is given up. */
  readonly signal: AbortSignal
  /** One of several is enough. */
  readonly any?: boolean
  /** Called after each look in vain. */
  readonly onLook?: () => void
}

/** Nobody announces a workflow that is created or deleted: it is looked for, so often. */
const pace = { firstMs: 50, longestMs: 500 }

/** Asks `look` until it finds something. Undefined once `signal` aborts. */
async function lookUntil<Found>(
  look: () => Promise<Found | undefined>,
  { signal, onLook }: PresenceOptions,
): Promise<Found | undefined> {
  for (let pauseMs = 0; ; ) {
    const found = await look()
    if (found !== undefined || signal.aborted) return found
    onLook?.()
    pauseMs = nextWaitMs(pauseMs, pace)
    await sleep(pauseMs, signal)
    if (signal.aborted) return undefined
  }
}

/** Those of these workflows that are there, once all of them are, in the order given; undefined once `signal` aborts. */
export function untilCreated(
  store: Pick<Store, 'existing'>,
  workflowIds: readonly string[],
  options: PresenceOptions,
): Promise<readonly string[] | undefined> {
  return untilPresence(true, store, workflowIds, options)
}

/** Those of these workflows that are not there any more, once none of them is; undefined once `signal` aborts. */
export function untilDeleted(
  store: Pick<Store, 'existing'>,
  workflowIds: readonly string[],
  options: PresenceOptions,
): Promise<readonly string[] | undefined> {
  return untilPresence(false, store, workflowIds, options)
}

function untilPresence(
  isWanted: boolean,
  store: Pick<Store, 'existing'>,
  workflowIds: readonly string[],
  options: PresenceOptions,
): Promise<readonly string[] | undefined> {
  return lookUntil(async () => {
    const existing = new Set(await store.existing(workflowIds))
    const found = workflowIds.filter((id) => existing.has(id) === isWanted)
    const isEnough = options.any ? found.length > 0 : found.length === workflowIds.length
    return isEnough ? found : undefined
  }, options)
}

/** Who creates workflows has a clock of its own. */
const clockDifferenceMs = 60_000
/** That many appear between two looks at most. */
const mostAtOnce = 100

/**
 * The newest workflow that this filter lets through; without a time of its own one that was not there when the waiting began.
 * Undefined once `signal` aborts.
 */
export async function untilOneMatches(
  store: Pick<Store, 'list' | 'clock'>,
  filter: WorkflowFilter,
  options: PresenceOptions,
): Promise<string | undefined> {
  const since = filter.since ?? new Date((await store.clock()).getTime() - clockDifferenceMs)
  const list = () => store.list({ ...filter, since, limit: mostAtOnce })
  const before = filter.since ? [] : await list()
  const known = new Set(before.map(({ workflowId }) => workflowId))
  return lookUntil(
    async () => (await list()).find(({ workflowId }) => !known.has(workflowId))?.workflowId,
    options,
  )
}
