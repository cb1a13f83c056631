import { CliError } from '../errors.ts'
import { matchingIds } from '../manage/matching-ids.ts'
import { describeFilter, type WorkflowFilter } from '../manage/workflow-filter.ts'
import type { Store } from '../store.ts'
import { command } from '../words/command-line.ts'
import { timeoutSignal } from '../words/long-timer.ts'
import type { JsonValue, Workflow } from '../workflow.ts'
import type { Condition } from './condition.ts'
import type { Expectation } from './expectation.ts'
import { untilCreated, untilDeleted, untilOneMatches } from './until-created.ts'
import { notMetYet, settle, Waiting } from './waiting.ts'

export interface WaitOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Throw `waiting-for-input` as soon as it waits for a message itself. */
  readonly failOnInput?: boolean
}

/** What met the conditions of one workflow. */
export interface Met {
  readonly workflowId: string
  readonly value: JsonValue
}

type WaitStore = Pick<Store, 'clock' | 'events' | 'existing' | 'follow' | 'get' | 'list'>

/** Until all of the conditions have been met, as `drover wait` waits for one workflow; with an error for each of its exit codes. */
export async function waitFor(
  store: WaitStore,
  workflowId: string,
  conditions: readonly Condition[],
  options: WaitOptions,
): Promise<JsonValue> {
  const [met] = await waitForAll(store, [workflowId], conditions, begin(options))
  return met?.value ?? null
}

interface MatchOptions extends WaitOptions {
  /** The first that meets them is enough. */
  readonly any?: boolean
}

/**
 * The same for every workflow that a filter lets through when the waiting begins; with `created` for the one that appears. Throws
 * `not-there` where there is none.
 */
export async function waitForMatching(
  store: Store,
  filter: WorkflowFilter,
  conditions: readonly Condition[],
  options: MatchOptions,
): Promise<readonly Met[]> {
  const begun = begin(options)
  if (conditions.some(({ kind }) => kind === 'created')) {
    const created = await untilOneMatches(store, filter, begun)
    if (created === undefined) throw isOver(begun, 'No such workflow was created')
    return waitForAll(store, [created], conditions, begun)
  }
  const workflowIds = await matchingIds(store, filter)
  const isEmpty = workflowIds.length === 0 && !conditions.some(({ kind }) => kind === 'deleted')
  if (isEmpty) throw nothingMatches(store, filter)
  return waitForAll(store, workflowIds, conditions, { ...begun, any: options.any })
}

/** There is nothing to wait for, which is never green. */
export function nothingMatches({ database }: Pick<Store, 'database'>, filter: WorkflowFilter): CliError {
  return new CliError(
    'not-there',
    `No workflow in ${database.label} to wait for: ${describeFilter(filter)}.`,
    { hint: command('list') },
  )
}

interface Begun {
  /** Aborts when the time is over, and when the caller has had enough. */
  readonly signal: AbortSignal
  readonly timeout: AbortSignal | undefined
  readonly failOnInput: boolean
  readonly any?: boolean
}

function begin({ signal, timeoutMs, failOnInput = false }: WaitOptions): Begun {
  const timeout = timeoutMs === undefined ? undefined : timeoutSignal(timeoutMs)
  const signals = [signal, timeout].filter((one) => one !== undefined)
  return { signal: AbortSignal.any(signals), timeout, failOnInput }
}

function isOver({ timeout }: Begun, what: string): CliError {
  return timeout?.aborted
    ? new CliError('timed-out', `${what} in time.`)
    : new CliError('interrupted', `${what}: the wait was aborted.`)
}

async function waitForAll(
  store: WaitStore,
  workflowIds: readonly string[],
  conditions: readonly Condition[],
  begun: Begun,
): Promise<readonly Met[]> {
  const { signal, timeout, failOnInput, any = false } = begun
  const named = workflowIds.length === 1 ? workflowIds[0] : `All of ${workflowIds.length} workflows`
  if (conditions.some(({ kind }) => kind === 'deleted')) {
    const gone = await untilDeleted(store, workflowIds, begun)
    if (!gone) throw isOver(begun, `${named} ${workflowIds.length === 1 ? 'was' : 'were'} not deleted`)
    return gone.map((workflowId) => ({ workflowId, value: null }))
  }
  if (conditions.some(({ kind }) => kind === 'created')) {
    const created = await untilCreated(store, workflowIds, begun)
    if (!created) throw isOver(begun, `${named} ${workflowIds.length === 1 ? 'was' : 'were'} not created`)
  }
  const waiting = await Waiting.begin(store, workflowIds, conditions, { failOnInput, any })
  const verdict = createVerdict(waiting.expected, { failOnInput, any })
  const before = verdict.reached()
  if (before) return before
  const following = { signal, cursors: false, ...waiting.following }
  for await (const change of store.follow(workflowIds, following)) {
    waiting.take(change)
    verdict.look(change.workflowId, change.type === 'status' ? change.workflow : undefined)
    const met = verdict.reached()
    if (met) return met
  }
  if (timeout?.aborted) {
    // So little time that nothing was read yet may still be enough for what is there.
    for (const one of waiting.expected) verdict.look(one.workflowId, await lookOnce(store, one))
    const met = verdict.reached()
    if (met) return met
    throw new CliError(
      'timed-out',
      waiting.expected
        .filter(({ isMet }) => !isMet)
        .map(notMetYet)
        .join(' '),
    )
  }
  if (signal.aborted) throw new CliError('interrupted', `The wait for ${workflowIds.join(', ')} was aborted.`)
  throw new CliError('workflow-not-found', `${workflowIds.join(', ')} was deleted.`, {
    hint: command('list'),
  })
}

/** What became of each of them, as far as it is known. */
function createVerdict(
  expected: readonly Expectation[],
  { failOnInput, any }: Pick<Required<Begun>, 'failOnInput' | 'any'>,
) {
  const byId = new Map(expected.map((one) => [one.workflowId, one]))
  const last = new Map<string, Workflow>()
  const met = new Map<string, JsonValue>()
  const failed = new Map<string, CliError>()
  const look = (workflowId: string, workflow?: Workflow): void => {
    if (workflow) last.set(workflowId, workflow)
    const expectation = byId.get(workflowId)
    const settled = expectation && settle(expectation, last.get(workflowId), { failOnInput })
    if (settled?.kind === 'met') met.set(workflowId, settled.value)
    else if (settled) failed.set(workflowId, settled.error)
  }
  for (const workflowId of byId.keys()) look(workflowId)
  return {
    look,
    /** Undefined as long as nobody can tell. Throws why it will never be met. */
    reached: (): readonly Met[] | undefined => {
      const isEnough = any ? met.size > 0 : met.size === byId.size
      if (isEnough) return [...met].map(([workflowId, value]) => ({ workflowId, value }))
      const [first] = failed.values()
      if (first && (!any || failed.size === byId.size)) throw first
      return undefined
    },
  }
}

/** What its status and its events tell now; more of it only a follower reads. */
async function lookOnce(
  store: Pick<Store, 'events' | 'get'>,
  expectation: Expectation,
): Promise<Workflow | undefined> {
  const { workflowId, changeTypes, asksForEvents } = expectation
  const workflow = await store.get(workflowId)
  if (!workflow || changeTypes.some((type) => type !== 'status' && type !== 'event')) return undefined
  if (asksForEvents) expectation.begin(await store.events(workflowId))
  expectation.take({ type: 'status', workflowId, workflow, at: new Date(), cursor: '' })
  return workflow
}
