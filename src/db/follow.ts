import type { Change } from '../core/change.ts'
import { CliError } from '../core/errors.ts'
import type { FollowOptions } from '../core/store.ts'
import { isEnded, type Workflow } from '../core/workflow.ts'
import type { Session } from './connect.ts'
import { isConnectionLoss } from './failures.ts'
import type { Listener } from './listen.ts'
import { type ChangeDraft, orderRound } from './order-round.ts'
import { createPosition, decodeCursor, encodeCursor, type Position, settleMessages } from './position.ts'
import { needsOf, type Round, readRound } from './read-round.ts'
import { toWaits } from './read-waits.ts'
import { toWorkflow } from './read-workflows.ts'
import type { SystemSchema } from './schema.ts'
import { createWake } from './wake.ts'

export interface FollowTiming {
  /** A database that does not answer is worth a word after this. */
  readonly noticeAfterMs: number
  /** And not worth waiting for after this. */
  readonly giveUpAfterMs: number
}

export const defaultTiming: FollowTiming = { noticeAfterMs: 2000, giveUpAfterMs: 5 * 60_000 }

export interface FollowSource {
  readonly session: Session
  readonly schema: SystemSchema
  readonly listener: Listener
  readonly timing: FollowTiming
}

/**
 * Reads in rounds, each one snapshot: at once when DBOS announces something, and every few milliseconds besides, because
 * steps and statuses are announced to nobody. Nothing is read ahead of the consumer.
 */
export async function* follow(
  source: FollowSource,
  workflowIds: readonly string[],
  options: FollowOptions,
): AsyncGenerator<Change> {
  const { signal } = options
  const positions = startingPositions(workflowIds, options)
  const active = new Map(positions)
  const required = new Set(workflowIds)
  const needs = needsOf(options)
  const wake = createWake()
  const pace = createPace()
  let isPollingSaid = false
  const unsubscribe = source.listener.subscribe((payload) => {
    if (payload === undefined || [...active.keys()].some((id) => payload.startsWith(`${id}::`))) wake.ring()
  })
  const wants = (type: Change['type']): boolean => options.types?.includes(type) ?? true
  const place = (workflowId: string, draft: ChangeDraft): Change => ({
    ...draft,
    workflowId,
    cursor: encodeCursor(positions),
  })

  try {
    while (active.size > 0 && !signal.aborted) {
      wake.reset()
      const round = await persist(
        source,
        options,
        () => readRound(source.session, source.schema, active, needs),
        source.listener.retryNow,
      )
      if (!round) return
      refuseMissing(required, round, source)
      required.clear()
      let yielded = 0
      let isComplete = true
      const ended: { readonly id: string; readonly workflow: Workflow; readonly position: Position }[] = []
      for (const [id, position] of [...active]) {
        const rows = round.rows.get(id)
        if (!rows) {
          // Deleted while it was followed.
          active.delete(id)
          continue
        }
        const workflow = toWorkflow(rows.workflow)
        for (const draft of statusBefore(workflow, position)) {
          if (signal.aborted) return
          position.status = signatureOf(draft.workflow)
          yielded++
          if (wants('status')) yield place(id, draft)
        }
        const ordered = orderRound(rows, position, round.now, round.batchRows)
        isComplete &&= ordered.isComplete
        for (const { draft, advance } of ordered.happenings) {
          if (signal.aborted) return
          advance(position)
          yielded++
          if (draft.type === 'child' && options.children && !positions.has(draft.childId)) {
            positions.set(draft.childId, createPosition())
            active.set(draft.childId, positions.get(draft.childId) ?? createPosition())
            isComplete = false
          }
          if (wants(draft.type) && isWantedKey(draft, options)) yield place(id, draft)
        }
        if (!ordered.isComplete) continue
        if (needs.messages) settleMessages(position, round.now.getTime())
        const waits = toWaits(rows.waits)
        const waitsSignature = JSON.stringify(waits.map(({ step, until, state }) => [step, until, state]))
        if (waitsSignature !== position.waits) {
          if (signal.aborted) return
          position.waits = waitsSignature
          yielded++
          if (wants('waits')) yield place(id, { type: 'waits', at: round.now, waits })
        }
        if (isEnded(workflow.status)) ended.push({ id, workflow, position })
      }
      if (isComplete) {
        ended.sort((a, b) => endOf(a.workflow) - endOf(b.workflow))
        for (const { id, workflow, position } of ended) {
          if (signal.aborted) return
          active.delete(id)
          const signature = signatureOf(workflow)
          if (position.status === signature) continue
          position.status = signature
          if (wants('status')) yield place(id, { type: 'status', at: new Date(endOf(workflow)), workflow })
        }
      }
      if (!isPollingSaid && source.listener.isDeaf()) {
        isPollingSaid = true
        options.onNotice?.('Postgres delivers no notifications through this connection, so drover polls it.')
      }
      if (isComplete) await wake.sleep(active.size > 0 ? pace.next(yielded > 0) : 0, signal)
    }
  } finally {
    unsubscribe()
  }
}

type StatusDraft = ChangeDraft & { readonly type: 'status' }

/**
 * The statuses that come before the rest of a round: all but the last one. A workflow that ended before it was followed
 * is told from its start, so that a replay is what a witness saw.
 */
function statusBefore(workflow: Workflow, position: Position): StatusDraft[] {
  const isNew = position.status === ''
  if (isEnded(workflow.status)) {
    if (!isNew) return []
    const status = workflow.startedAt || !workflow.queue ? 'PENDING' : 'ENQUEUED'
    const before: Workflow = {
      ...workflow,
      status,
      completedAt: null,
      input: null,
      output: null,
      error: null,
    }
    return [{ type: 'status', at: workflow.createdAt, workflow: before }]
  }
  if (position.status === signatureOf(workflow)) return []
  const at = isNew ? workflow.createdAt : (workflow.startedAt ?? workflow.createdAt)
  return [{ type: 'status', at, workflow }]
}

function signatureOf({ status, executorId, recoveryAttempts }: Workflow): string {
  return `${status}|${executorId ?? ''}|${recoveryAttempts}`
}

function endOf(workflow: Workflow): number {
  return (workflow.completedAt ?? workflow.createdAt).getTime()
}

function startingPositions(workflowIds: readonly string[], options: FollowOptions): Map<string, Position> {
  const positions = options.from === undefined ? new Map<string, Position>() : decodeCursor(options.from)
  if (!options.children) {
    for (const id of positions.keys()) if (!workflowIds.includes(id)) positions.delete(id)
  }
  for (const id of workflowIds) if (!positions.has(id)) positions.set(id, createPosition())
  return positions
}

function refuseMissing(required: ReadonlySet<string>, round: Round, { session }: FollowSource): void {
  const missing = [...required].find((id) => !round.rows.has(id))
  if (missing !== undefined) throw workflowNotFound(missing, session.target.label)
}

export function workflowNotFound(workflowId: string, label: string): CliError {
  return new CliError('workflow-not-found', `There is no workflow ${workflowId} in ${label}.`, {
    hint: 'drover list',
  })
}

function isWantedKey(draft: ChangeDraft, { streamKeys }: FollowOptions): boolean {
  if (!streamKeys || (draft.type !== 'stream' && draft.type !== 'stream-closed')) return true
  return streamKeys.includes(draft.key)
}

/** Polls often while things happen and seldom while nothing does. */
function createPace(): { next(isBusy: boolean): number } {
  let lastBusyMs = Date.now()
  return {
    next: (isBusy) => {
      const nowMs = Date.now()
      if (isBusy) lastBusyMs = nowMs
      const idleMs = nowMs - lastBusyMs
      return idleMs < 2000 ? 20 : idleMs < 10_000 ? 50 : 250
    },
  }
}

const firstRetryMs = 50
const lastRetryMs = 2000

/** Tries `read` again while the connection is lost. Undefined when `signal` aborts or the store closes; throws `connection-lost` in the end. */
async function persist<Result>(
  { session, timing }: FollowSource,
  { signal, onNotice }: FollowOptions,
  read: () => Promise<Result>,
  onRestored: () => void,
): Promise<Result | undefined> {
  const { label } = session.target
  const retry = createWake()
  const startMs = Date.now()
  let isNoticed = false
  let hasFailed = false
  const timer = setTimeout(() => {
    isNoticed = true
    onNotice?.(`${label} does not answer; drover keeps trying.`)
  }, timing.noticeAfterMs)
  try {
    for (let retryMs = firstRetryMs; !signal.aborted; retryMs = Math.min(lastRetryMs, retryMs * 2)) {
      try {
        const result = await untilAborted(read(), signal)
        if (hasFailed) onRestored()
        if (isNoticed && result) onNotice?.(`${label} answers again.`)
        return result
      } catch (error) {
        if (session.isClosed()) return undefined
        if (!isConnectionLoss(error)) throw error
        hasFailed = true
        if (Date.now() - startMs >= timing.giveUpAfterMs) {
          const minutes = Math.round(timing.giveUpAfterMs / 60_000)
          throw new CliError('connection-lost', `${label} did not come back within ${minutes} minutes.`, {
            hint: 'run the same command again; --from CURSOR goes on where it stopped',
            cause: error,
          })
        }
      }
      await retry.sleep(retryMs * (0.5 + Math.random() / 2), signal)
    }
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** Undefined as soon as `signal` aborts, without waiting for an answer that may never come. */
async function untilAborted<Result>(
  result: Promise<Result>,
  signal: AbortSignal,
): Promise<Result | undefined> {
  let stop = (): void => {}
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([result, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
    result.catch(() => {})
  }
}
