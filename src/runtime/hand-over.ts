import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { internalQueue, isOwnExecutorSql, isSessionOf, lockKey } from '../core/dbos-names.ts'
import type { RegisteredWorkflow } from '../core/run/registration.ts'
import type { HandedOver, LaunchOptions } from '../core/run/runtime.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { findRunnable, isRegistered, toParameters, toRunnable } from './module/runnable.ts'
import { quoteIdentifier, withConnection } from './slot/own-connection.ts'

const betweenRoundsMs = 5000
const enoughToTell = 100

/** Whose executors died. Living ones need a moment to connect again, after a restart of the server above all. */
const kinds = [
  { isOwn: true, which: isOwnExecutorSql('executor_id'), betweenLooksMs: 500, settledServerMs: 3000 },
  // The application's own have no slot to lock: for them the rules are those of `recover`.
  {
    isOwn: false,
    which: `not ${isOwnExecutorSql('executor_id')}`,
    betweenLooksMs: 3000,
    settledServerMs: 10_000,
  },
] as const
type Kind = (typeof kinds)[number]

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
 * Puts back what dead executors of this application and version left, in the background: once, or for as long as this
 * process runs. An executor is dead when two looks in a row find its slot unlocked and no session of it.
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
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})
  const reported = { unknown: new Set<Kind>(), doubts: false }
  while (!signal.aborted) {
    let nextRoundMs: number | undefined = options.keepHandingOver ? betweenRoundsMs : undefined
    try {
      const { obstacle, unsettledMs } = await withConnection(
        options.database,
        'drover-hand-over',
        async (client) => {
          const found = await scan(client)
          if (found.obstacle) return { obstacle: found.obstacle, unsettledMs: 0 }
          for (const kind of kinds) {
            if (signal.aborted || found.upMs < kind.settledServerMs) continue
            await handOverOf(client, options, { kind, at: found.at, reported, pause, signal })
          }
          const [unsettledMs = 0] = kinds
            .map(({ settledServerMs }) => settledServerMs - found.upMs)
            .filter((ms) => ms > 0)
          return { obstacle: undefined, unsettledMs }
        },
      )
      if (obstacle) {
        options.onLog('warn', `workflows of dead executors stay where they are: ${obstacle}`)
        return
      }
      if (unsettledMs > 0) nextRoundMs = unsettledMs
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      options.onLog('warn', `could not look for workflows of dead executors: ${reason}`)
    }
    if (nextRoundMs === undefined) return
    await pause(nextRoundMs)
  }
}

interface Round {
  readonly kind: Kind
  /** Of the first look, by the clock of the database. */
  readonly at: Date
  readonly reported: { readonly unknown: Set<Kind>; doubts: boolean }
  readonly signal: AbortSignal
  pause(ms: number): Promise<void>
}

async function handOverOf(
  client: pg.Client,
  options: HandOverOptions,
  { kind, at, reported, signal, pause }: Round,
): Promise<void> {
  const suspects = await findDead(client, options, kind)
  if (suspects.length === 0) return
  await pause(kind.betweenLooksMs)
  if (signal.aborted) return
  if (!kind.isOwn && (await hasUnknownSessions(client))) {
    if (!reported.doubts) {
      options.onLog(
        'warn',
        phrase`no sign of life of ${suspects.join(', ')}, but sessions of unknown owners: ${command('recover')} shows them`,
      )
    }
    reported.doubts = true
    return
  }
  if (!reported.unknown.has(kind)) await reportUnknown(client, options, suspects)
  reported.unknown.add(kind)
  const workflows = await takeFrom(client, options, { kind, suspects, at })
  if (workflows.length > 0) options.onHandOver(workflows)
}

interface Scan {
  /** Why a living process could look dead from here. */
  readonly obstacle: string | undefined
  /** How long the server has been up. */
  readonly upMs: number
  readonly at: Date
}

async function scan(client: pg.Client): Promise<Scan> {
  const { rows } = await client.query(`
    select pg_backend_pid() as backend_pid, clock_timestamp() as at,
           pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_sessions,
           extract(epoch from clock_timestamp() - pg_postmaster_start_time()) * 1000 as up_ms`)
  const { backend_pid, at, sees_sessions, up_ms } = rows[0]
  // Between us and the server a pooler answers with a process id of its own.
  const { processID } = client as pg.Client & { readonly processID: number }
  const obstacle = !sees_sessions
    ? 'this role cannot see the sessions of others (grant pg_read_all_stats)'
    : processID !== backend_pid
      ? 'a connection pooler hides the sessions of others'
      : undefined
  return { obstacle, upMs: Number(up_ms), at }
}

/** Executors with unfinished workflows, but neither a locked slot nor a session. Locks what it finds until the transaction ends. */
async function findDead(client: pg.Client, options: HandOverOptions, { which }: Kind): Promise<string[]> {
  const { rows } = await client.query(
    `select executor_id from (
       select distinct executor_id from ${workflowTable(options)}
       where status = 'PENDING' and application_name = $1 and application_version = $2
         and ${which} and executor_id <> $3
     ) candidate
     where pg_try_advisory_xact_lock_shared(${lockKey.slot('executor_id')})
       and not exists (
         select from pg_stat_activity
         where datname = current_database()
           and ${isSessionOf('executor_id', 'application_name')})`,
    [options.application, options.version, options.executorId],
  )
  return rows.map((row) => row.executor_id).sort()
}

/** Clients of unknown owners: an executor with a pool of its own looks like that. */
async function hasUnknownSessions(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
       and application_name not like 'dbos\\_transact\\_%' and application_name not like 'drover%' limit 1`,
  )
  return rows.length > 0
}

interface Suspicion extends Pick<Round, 'kind' | 'at'> {
  readonly suspects: readonly string[]
}

async function takeFrom(
  client: pg.Client,
  options: HandOverOptions,
  { kind, suspects, at }: Suspicion,
): Promise<HandedOver[]> {
  await client.query('begin')
  const dead = (await findDead(client, options, kind)).filter((executorId) => suspects.includes(executorId))
  const workflows = await putBack(client, options, {
    executorIds: dead,
    registered: options.registered,
    // A new process with the same id may have begun with it meanwhile.
    unchangedSince: kind.isOwn ? undefined : at,
  })
  await client.query('commit')
  return workflows
}

/** What dead executors left that neither this process nor another one of drover's can run. */
async function reportUnknown(
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
  readonly unchangedSince?: Date
}

/** From PENDING back on its queue, or on the one that every executor polls. */
export async function putBack(
  client: pg.Client | pg.Pool,
  options: Identity,
  { executorIds, workflowIds, registered, attemptsBack = 0, unchangedSince }: Which,
): Promise<HandedOver[]> {
  const [names, classes] = registered ? toParameters(registered) : [null, null]
  const { rows } = await client.query(
    `update ${workflowTable(options)}
     set status = 'ENQUEUED', started_at_epoch_ms = null, owner_xid = null,
         queue_name = coalesce(queue_name, $4), recovery_attempts = greatest(recovery_attempts - $5, 0),
         updated_at = (extract(epoch from now()) * 1000)::bigint
     where status = 'PENDING' and application_name = $1 and application_version = $2 and executor_id = any($3)
       and ($6::text[] is null or workflow_uuid = any($6)) and ($7::text[] is null or ${isRegistered(7)})
       and ($9::bigint is null or greatest(updated_at, started_at_epoch_ms) <= $9)
     returning workflow_uuid, queue_name, executor_id`,
    [
      options.application,
      options.version,
      executorIds,
      internalQueue,
      attemptsBack,
      workflowIds ?? null,
      names,
      classes,
      unchangedSince?.getTime() ?? null,
    ],
  )
  return rows.map((row) => ({
    workflowId: row.workflow_uuid,
    queue: row.queue_name,
    executorId: row.executor_id,
  }))
}

export function workflowTable({ database }: Identity): string {
  return `${quoteIdentifier(database.schema)}.workflow_status`
}
