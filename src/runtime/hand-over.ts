import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { HandedOver, LaunchOptions, RegisteredWorkflow } from '../core/runtime.ts'
import { internalQueue } from '../core/workflow.ts'
import { quoteIdentifier, withConnection } from './connect.ts'
import { slotKey } from './hold-executor-slot.ts'
import { findRunnable, isRegistered, toParameters, toRunnable } from './runnable.ts'

const betweenLooksMs = 500
const betweenRoundsMs = 5000
const enoughToTell = 100
/** After a restart of the server living processes need a moment to connect again. */
const settledServerMs = 3000

/** As what this process runs. */
export interface Identity extends Pick<LaunchOptions, 'database' | 'application'> {
  readonly version: string
  readonly executorId: string
}

interface HandOverOptions
  extends Identity,
    Pick<LaunchOptions, 'keepHandingOver' | 'onLog' | 'onHandOver' | 'onUnknown'> {
  /** What this process can run; the rest is left to others. */
  readonly registered: readonly RegisteredWorkflow[]
}

interface HandingOver {
  /** Resolves after the last look; never rejects. */
  readonly finished: Promise<void>
  stop(): Promise<void>
}

/**
 * Puts back what dead drover processes left, in the background: once, or for as long as this process runs.
 * An executor is dead when two looks in a row find its slot unlocked and no session of it.
 */
export function startHandingOver(options: HandOverOptions): HandingOver {
  const stopped = new AbortController()
  const finished = handOverInRounds(options, stopped.signal)
  return {
    finished,
    stop: async () => {
      stopped.abort()
      await finished
    },
  }
}

async function handOverInRounds(options: HandOverOptions, signal: AbortSignal): Promise<void> {
  let isUnknownTold = false
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})
  while (!signal.aborted) {
    let nextRoundMs: number | undefined = options.keepHandingOver ? betweenRoundsMs : undefined
    try {
      const sight = await withConnection(options.database, 'drover-hand-over', async (client) => {
        const seen = await see(client)
        if (seen.obstacle || seen.unsettledMs > 0) return seen
        const suspects = await findDead(client, options)
        if (suspects.length === 0) return seen
        await pause(betweenLooksMs)
        if (signal.aborted) return seen
        if (!isUnknownTold) await tellUnknown(client, options, suspects)
        isUnknownTold = true
        const workflows = await takeFrom(client, options, suspects)
        if (workflows.length > 0) options.onHandOver(workflows)
        return seen
      })
      if (sight.obstacle) {
        options.onLog('warn', `workflows of dead drover processes stay where they are: ${sight.obstacle}`)
        return
      }
      if (sight.unsettledMs > 0) nextRoundMs = sight.unsettledMs
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      options.onLog('warn', `could not look for workflows of dead drover processes: ${reason}`)
    }
    if (nextRoundMs === undefined) return
    await pause(nextRoundMs)
  }
}

interface Sight {
  /** Why a living process could look dead from here. */
  readonly obstacle: string | undefined
  /** How long until the server has been up long enough. */
  readonly unsettledMs: number
}

async function see(client: pg.Client): Promise<Sight> {
  const { rows } = await client.query(`
    select pg_backend_pid() as backend_pid,
           pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_sessions,
           extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 as up_ms`)
  const { backend_pid, sees_sessions, up_ms } = rows[0]
  // Between us and the server a pooler answers with a process id of its own.
  const { processID } = client as pg.Client & { readonly processID: number }
  const obstacle = !sees_sessions
    ? 'this role cannot see the sessions of others (grant pg_read_all_stats)'
    : processID !== backend_pid
      ? 'a connection pooler hides the sessions of others'
      : undefined
  return { obstacle, unsettledMs: Math.max(0, settledServerMs - Number(up_ms)) }
}

/** Executors with unfinished workflows, but neither a locked slot nor a session. Locks what it finds until the transaction ends. */
async function findDead(client: pg.Client, options: HandOverOptions): Promise<string[]> {
  const { rows } = await client.query(
    `select executor_id from (
       select distinct executor_id from ${workflowTable(options)}
       where status = 'PENDING' and application_name = $1 and application_version = $2
         and executor_id like 'drover-%' and executor_id <> $3
     ) candidate
     where pg_try_advisory_xact_lock_shared(${slotKey('executor_id')})
       and not exists (
         select from pg_stat_activity
         where datname = current_database()
           -- The server cuts session names off at 63 bytes.
           and starts_with(application_name, left('dbos_transact_' || executor_id || '_', 63)))`,
    [options.application, options.version, options.executorId],
  )
  return rows.map((row) => row.executor_id)
}

async function takeFrom(
  client: pg.Client,
  options: HandOverOptions,
  suspects: readonly string[],
): Promise<HandedOver[]> {
  await client.query('begin')
  const dead = (await findDead(client, options)).filter((executorId) => suspects.includes(executorId))
  const workflows = await putBack(client, options, { executorIds: dead, registered: options.registered })
  await client.query('commit')
  return workflows
}

/** What dead executors left that neither this process nor another one of drover's can run. */
async function tellUnknown(
  client: pg.Client,
  options: HandOverOptions,
  dead: readonly string[],
): Promise<void> {
  const { rows } = await client.query(
    `select workflow_uuid, name, class_name from ${workflowTable(options)}
     where status = 'PENDING' and application_name = $1 and application_version = $2 and executor_id = any($3)
       and not ${isRegistered(4)}
     order by created_at limit ${enoughToTell}`,
    [options.application, options.version, dead, ...toParameters(options.registered)],
  )
  const left = rows.map((row) => ({
    workflowId: row.workflow_uuid,
    name: row.name,
    runnable: toRunnable(options, { name: row.name, className: row.class_name }),
  }))
  const elsewhere = await findRunnable(
    client,
    left.map(({ runnable }) => runnable),
  )
  const unknown = left.filter(({ runnable }) => !elsewhere.has(runnable))
  if (unknown.length > 0) options.onUnknown(unknown)
}

/**
 * What this process began and did not finish, for whoever lives to take at once. To be called when DBOS has shut down.
 * Leaving in order is no failed attempt: what waits for days outlives any number of short runs.
 */
export async function handBack(options: HandOverOptions): Promise<void> {
  try {
    await withConnection(options.database, 'drover-hand-back', (client) =>
      putBack(client, options, { executorIds: [options.executorId], attemptsBack: 1 }),
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    options.onLog(
      'warn',
      `could not hand back what is unfinished, the next process will take it over: ${reason}`,
    )
  }
}

interface Which {
  readonly executorIds: readonly string[]
  /** Only these. */
  readonly workflowIds?: readonly string[]
  /** Only of these names. */
  readonly registered?: readonly RegisteredWorkflow[]
  /** Attempts that shall not count. */
  readonly attemptsBack?: number
}

/** From PENDING back on its queue, or on the one that every executor polls. */
export async function putBack(
  client: pg.Client | pg.Pool,
  options: Identity,
  { executorIds, workflowIds, registered, attemptsBack = 0 }: Which,
): Promise<HandedOver[]> {
  const [names, classes] = registered ? toParameters(registered) : [null, null]
  const { rows } = await client.query(
    `update ${workflowTable(options)}
     set status = 'ENQUEUED', started_at_epoch_ms = null, owner_xid = null,
         queue_name = coalesce(queue_name, $4), recovery_attempts = greatest(recovery_attempts - $5, 0),
         updated_at = (extract(epoch from now()) * 1000)::bigint
     where status = 'PENDING' and application_name = $1 and application_version = $2 and executor_id = any($3)
       and ($6::text[] is null or workflow_uuid = any($6)) and ($7::text[] is null or ${isRegistered(7)})
     returning workflow_uuid, queue_name`,
    [
      options.application,
      options.version,
      executorIds,
      internalQueue,
      attemptsBack,
      workflowIds ?? null,
      names,
      classes,
    ],
  )
  return rows.map((row) => ({ workflowId: row.workflow_uuid, queue: row.queue_name }))
}

export function workflowTable({ database }: Identity): string {
  return `${quoteIdentifier(database.schema)}.workflow_status`
}
