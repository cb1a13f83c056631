import type pg from 'pg'
import type { RegisteredWorkflow } from '../core/run/registration.ts'
import type { LaunchOptions } from '../core/run/runtime.ts'
import { sleep } from '../core/words/long-timer.ts'
import { putBack } from '../db/executors/put-back.ts'
import { pick } from '../db/tables/define-table.ts'
import { workflowStatus } from '../db/tables/workflow-status.ts'
import { type Identity, ranHere, tablesOf } from './hand-over.ts'
import { findRunnable, toRunnable } from './module/runnable.ts'

const betweenLooksMs = 5000
/** Where this process holds nothing, and hears when it claims something. */
const idleMs = 60_000
/** Where something waits here for another process to appear. */
const shortlyMs = 1000
/** What stops again and again is left where it is. */
const mostTimesBack = 3
/** Between claiming a workflow and running it. */
const beginningMs = 10_000

interface ReconcileOptions extends Identity, Pick<LaunchOptions, 'onLog' | 'onUnknown'> {
  readonly pool: pg.Pool
  readonly registered: readonly RegisteredWorkflow[]
  isRunning(workflowId: string): boolean
  /** Whether `rouse` is called when something was claimed. */
  hearsClaims(): boolean
}

interface Reconciling {
  /** This process holds something again. */
  rouse(): void
  /** Something was taken that this process cannot run. */
  look(): void
  stop(): Promise<void>
}

interface HeldRow {
  readonly workflowId: string
  readonly name: string
  readonly runnable: string
  readonly startedAt: string
  readonly isFresh: boolean
}

/**
 * Looks after what this process holds and does not run. DBOS hands it workflows whose name it does not register, and keeps
 * them from those who do: they get them as soon as one of them lives. And DBOS gives an execution up when it can record
 * neither its step nor its error: it is put back, for whoever lives to take.
 */
export function startReconciling(options: ReconcileOptions): Reconciling {
  const { pool, registered, isRunning, hearsClaims, onLog, onUnknown } = options
  const own = new Set(registered.map((workflow) => toRunnable(options, workflow)))
  const reported = new Set<string>()
  const timesBack = new Map<string, number>()
  let stoppedBefore = new Set<string>()
  const stopped = new AbortController()
  let asked = new AbortController()
  let roused = new AbortController()
  const finished = rounds()

  async function rounds(): Promise<void> {
    while (!stopped.signal.aborted) {
      asked = new AbortController()
      roused = new AbortController()
      const next = await look().catch((error: unknown) => {
        onLog('debug', `could not look after what this process holds: ${String(error)}`)
        return 'calm' as const
      })
      // What went back may come here again at once, and again, before the other process gets it.
      if (next === 'went-back') await sleep(shortlyMs, stopped.signal)
      const pauseMs = next === 'waits' ? shortlyMs : betweenLooksMs
      await sleep(pauseMs, AbortSignal.any([stopped.signal, asked.signal]))
      if (next === 'idle' && hearsClaims())
        await sleep(idleMs, AbortSignal.any([stopped.signal, asked.signal, roused.signal]))
    }
  }

  async function look(): Promise<'idle' | 'calm' | 'waits' | 'went-back'> {
    const held = await readHeld(pool, options)
    if (held.length === 0) {
      stoppedBefore = new Set()
      return 'idle'
    }
    await putBackStopped(held.filter((row) => own.has(row.runnable)))
    return await putBackForeign(held.filter((row) => !own.has(row.runnable) && !isRunning(row.workflowId)))
  }

  async function putBackForeign(held: readonly HeldRow[]): Promise<'calm' | 'waits' | 'went-back'> {
    const elsewhere = await findRunnable(
      pool,
      held.map(({ runnable }) => runnable),
    )
    const wanted = held.filter(({ runnable }) => elsewhere.has(runnable))
    await putBackHere(wanted, 1)
    const unknown = held.filter(({ runnable }) => !elsewhere.has(runnable))
    const unreported = unknown.filter(({ workflowId }) => !reported.has(workflowId))
    for (const { workflowId } of unreported) reported.add(workflowId)
    if (unreported.length > 0) onUnknown(unreported)
    if (wanted.length > 0) return 'went-back'
    return unknown.length > 0 ? 'waits' : 'calm'
  }

  async function putBackStopped(held: readonly HeldRow[]): Promise<void> {
    const idle = held.filter(({ isFresh, workflowId }) => !isFresh && !isRunning(workflowId))
    const ended = idle.filter(
      (row) => stoppedBefore.has(keyOf(row)) && (timesBack.get(row.workflowId) ?? 0) < mostTimesBack,
    )
    stoppedBefore = new Set(idle.map(keyOf))
    for (const { workflowId } of await putBackHere(ended, 0)) {
      timesBack.set(workflowId, (timesBack.get(workflowId) ?? 0) + 1)
      onLog('warn', `${workflowId} stopped without a result and is put back, to go on from its last step`)
    }
  }

  async function putBackHere(held: readonly HeldRow[], attemptsBack: number) {
    if (held.length === 0) return []
    const workflowIds = held.map(({ workflowId }) => workflowId)
    return await putBack(pool, tablesOf(options), {
      ...ranHere(options),
      executorIds: [options.executorId],
      workflowIds,
      attemptsBack,
    })
  }

  return {
    look: () => asked.abort(),
    rouse: () => roused.abort(),
    stop: async () => {
      stopped.abort()
      await finished
    },
  }
}

async function readHeld(pool: pg.Pool, options: ReconcileOptions): Promise<HeldRow[]> {
  const w = workflowStatus.in(tablesOf(options), 'w')
  const { rows } = await pool.query(
    `select ${pick(w, ['id', 'name', 'className', 'startedAt'])},
            ${w.startedAt} > extract(epoch from clock_timestamp()) * 1000 - ${beginningMs} as is_fresh
     from ${w}
     where ${w.status} = 'PENDING' and ${w.application} = $1 and ${w.version} = $2 and ${w.executorId} = $3`,
    [options.application, options.version, options.executorId],
  )
  return rows.map((row) => ({
    workflowId: row.id,
    name: row.name,
    runnable: toRunnable(options, { name: row.name, className: row.className }),
    startedAt: row.startedAt,
    isFresh: row.is_fresh === true,
  }))
}

function keyOf({ workflowId, startedAt }: HeldRow): string {
  return `${workflowId} ${startedAt}`
}
