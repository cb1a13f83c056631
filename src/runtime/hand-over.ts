import type pg from 'pg'
import { droverSession, isOwnExecutorSql } from '../core/dbos-names.ts'
import type { RegisteredWorkflow } from '../core/run/registration.ts'
import type { HandedOver, LaunchOptions } from '../core/run/runtime.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { monotonicMs, sleep } from '../core/words/long-timer.ts'
import { withConnection } from '../db/connection/connect.ts'
import { announceEnqueued } from '../db/executors/announce-enqueued.ts'
import { isLifeless, readUnknownSessions } from '../db/executors/dead-executors.ts'
import { isRegistered, type PutBack, putBack, toNameArrays } from '../db/executors/put-back.ts'
import { seeSessions } from '../db/executors/see-sessions.ts'
import { pick } from '../db/tables/define-table.ts'
import { launchedSchema, type TableNames } from '../db/tables/schema.ts'
import { workflowStatus } from '../db/tables/workflow-status.ts'
import { findRunnable, toRunnable } from './module/runnable.ts'
import { watchExecutors } from './watch-executors.ts'

const betweenRoundsMs = 5000
/** Where nobody was seen to leave, for those who were never seen. */
const longestQuietMs = 60_000
const enoughToTell = 100

/** Whose executors died. Living ones need a moment to connect again, after a restart of the server above all. */
const kinds = [
  { isOwn: true, betweenLooksMs: 500, settledServerMs: 3000 },
  // The application's own have no slot to lock: for them the rules are those of `recover`.
  { isOwn: false, betweenLooksMs: 3000, settledServerMs: 10_000 },
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
  /** Where it looks who lives; without it each round looks at the workflows, too. */
  readonly pool?: pg.Pool
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
  const pause = (ms: number) => sleep(ms, signal)
  const reported = { unknown: new Set<Kind>(), doubts: false }
  const executors = options.pool && options.keepHandingOver ? watchExecutors(options.pool) : undefined
  const hasLost = async () => (await executors?.hasLost().catch(() => true)) ?? true
  /** How long all of those who have workflows have been alive. */
  let quietSinceMs: number | undefined
  while (!signal.aborted) {
    const isQuiet = quietSinceMs !== undefined && monotonicMs() - quietSinceMs < longestQuietMs
    if (!(await hasLost()) && isQuiet) {
      await pause(betweenRoundsMs)
      continue
    }
    quietSinceMs = undefined
    let nextRoundMs: number | undefined = options.keepHandingOver ? betweenRoundsMs : undefined
    try {
      const { obstacle, unsettledMs, areAllAlive } = await withConnection(
        options.database,
        { sessionName: `${droverSession}-hand-over`, silenceMs: Infinity },
        async (client) => {
          const found = await seeSessions(client)
          if (found.obstacle) {
            const grant = found.seesSessions ? '' : ' (grant pg_read_all_stats)'
            return { obstacle: `${found.obstacle}${grant}`, unsettledMs: 0, areAllAlive: false }
          }
          let areAllAlive = true
          for (const kind of kinds) {
            if (signal.aborted || found.upMs < kind.settledServerMs) continue
            const round = { kind, at: found.at, reported, pause, signal }
            if ((await handOverOf(client, options, round)) === 'suspects') areAllAlive = false
          }
          const [unsettledMs = 0] = kinds
            .map(({ settledServerMs }) => settledServerMs - found.upMs)
            .filter((ms) => ms > 0)
          return { obstacle: undefined, unsettledMs, areAllAlive }
        },
      )
      if (obstacle) {
        options.onLog('warn', `workflows of dead executors stay where they are: ${obstacle}`)
        return
      }
      if (unsettledMs > 0) nextRoundMs = unsettledMs
      else if (areAllAlive) quietSinceMs = monotonicMs()
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
): Promise<'all-alive' | 'suspects'> {
  const suspects = await findDead(client, options, kind)
  if (suspects.length === 0) return 'all-alive'
  await pause(kind.betweenLooksMs)
  if (signal.aborted) return 'suspects'
  if (!kind.isOwn && (await readUnknownSessions(client)).length > 0) {
    if (!reported.doubts) {
      options.onLog(
        'warn',
        phrase`no sign of life of ${suspects.join(', ')}, but sessions of unknown owners: ${command('recover')} shows them`,
      )
    }
    reported.doubts = true
    return 'suspects'
  }
  if (!reported.unknown.has(kind)) await reportUnknown(client, options, suspects)
  reported.unknown.add(kind)
  const workflows = await takeFrom(client, options, { kind, suspects, at })
  if (workflows.length > 0) options.onHandOver(workflows)
  return 'suspects'
}

/** Executors with unfinished workflows and no sign of life. Locks what it finds until the transaction ends. */
async function findDead(client: pg.Client, options: HandOverOptions, { isOwn }: Kind): Promise<string[]> {
  const w = workflowStatus.in(tablesOf(options), 'w')
  const { rows } = await client.query(
    `select executor from (
       select distinct ${w.executorId} as executor from ${w}
       where ${w.status} = 'PENDING' and ${w.application} = $1 and ${w.version} = $2
         and ${isOwnExecutorSql(w.executorId)} = $4 and ${w.executorId} <> $3
     ) candidate
     where ${isLifeless('executor')}`,
    [options.application, options.version, options.executorId, isOwn],
  )
  return rows.map((row) => row.executor).sort()
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
  const workflows = await putBack(client, tablesOf(options), {
    ...ranHere(options),
    executorIds: dead,
    registered: options.registered,
    // A new process with the same id may have begun with it meanwhile.
    unchangedSince: kind.isOwn ? undefined : at,
  })
  await client.query('commit')
  await announce(client, options, workflows)
  return workflows
}

function announce(
  client: pg.Client,
  options: HandOverOptions,
  workflows: readonly HandedOver[],
): Promise<void> {
  return announceEnqueued((sql, parameters) => client.query(sql, [...parameters]), {
    schema: tablesOf(options),
    schemaName: options.database.schema,
    workflowIds: workflows.map(({ workflowId }) => workflowId),
  })
}

/** What dead executors left that neither this process nor another one of drover's can run. */
async function reportUnknown(
  client: pg.Client,
  options: HandOverOptions,
  dead: readonly string[],
): Promise<void> {
  const w = workflowStatus.in(tablesOf(options), 'w')
  const { rows } = await client.query(
    `select ${pick(w, ['id', 'name', 'className'])} from ${w}
     where ${w.status} = 'PENDING' and ${w.application} = $1 and ${w.version} = $2 and ${w.executorId} = any($3)
       and not ${isRegistered(w, 4)}
     order by ${w.createdAt} limit ${enoughToTell}`,
    [options.application, options.version, dead, ...toNameArrays(options.registered)],
  )
  const left = rows.map((row) => ({
    workflowId: row.id,
    name: row.name,
    runnable: toRunnable(options, { name: row.name, className: row.className }),
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
    await withConnection(options.database, { sessionName: `${droverSession}-hand-back` }, async (client) => {
      const workflows = await putBack(client, tablesOf(options), {
        ...ranHere(options),
        executorIds: [options.executorId],
        attemptsBack: 1,
      })
      await announce(client, options, workflows)
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    options.onLog(
      'warn',
      `could not hand back what is unfinished, the next process will take it over: ${reason}`,
    )
  }
}

/** Whose workflows this process runs. */
export function ranHere({ application, version }: Identity): Pick<PutBack, 'application' | 'version'> {
  return { application, version }
}

export function tablesOf({ database }: Pick<Identity, 'database'>): TableNames {
  return launchedSchema(database.schema)
}
