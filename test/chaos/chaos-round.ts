import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Change } from '../../src/core/change.ts'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { type DroverRun, startDrover } from '../support/drover-process.ts'
import { createReadyHome } from '../support/ready-home.ts'
import { removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

interface ChaosPlan {
  readonly values: number
  readonly events: number
  /** How often one connection of drover's is cut, at a random moment. */
  readonly kills: number
  /** How often the server is stopped, as if it crashed for all who are connected, and started again. */
  readonly restarts: number
  /** What the writer aims at. */
  readonly valuesPerSecond: number
}

interface ChaosOutcome {
  readonly kills: number
  readonly restarts: number
  /** `drover watch ID -o jsonl` */
  readonly watched: DroverRun & { readonly changes: readonly Change[] }
  /** `drover stream ID KEY --follow -o jsonl` */
  readonly streamed: DroverRun & { readonly offsets: readonly number[]; readonly values: readonly unknown[] }
}

/**
 * A workflow on a server of its own publishes while connections are cut and the server is restarted, and two drover
 * processes follow it. The rows are written as DBOS writes them, each exactly once, so that what must arrive is known.
 */
export async function runChaos(plan: ChaosPlan): Promise<ChaosOutcome> {
  const home = await createReadyHome()
  const local = createLocalDatabase({ home, env: process.env, settings: { fsync: 'off' } })
  const open = () => local.open({ database: 'drover', connectTimeoutMs: 5000 })
  const { url } = await open()
  const pool = new pg.Pool({ connectionString: url, max: 3, application_name: 'chaos' })
  pool.on('error', () => {})
  const insist = createInsistence(pool)
  try {
    await insist(`insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at)
      values ('chaos', 'PENDING', 'chaos', 'chaos', 1) on conflict do nothing`)
    const watch = startDrover(['watch', 'chaos', '-o', 'jsonl', '--db-url', url], { home })
    const stream = startDrover(['stream', 'chaos', 'tokens', '-f', '-o', 'jsonl', '--db-url', url], { home })
    await waitUntil('both listen', async () => {
      const { rows } = await pool.query(`select from pg_stat_activity where application_name = 'drover'`)
      return rows.length === 4
    })
    const trouble = new AbortController()
    const made = makeTrouble(plan, insist, trouble.signal, async () => {
      await local.stop({ force: true })
      await open()
    })
    await write(plan, insist)
    trouble.abort()
    const { kills, restarts } = await made
    await insist(`update dbos.workflow_status set status = 'SUCCESS' where workflow_uuid = 'chaos'`)
    const [watched, streamed] = await Promise.all([watch.ended, stream.ended])
    const lines = linesOf(streamed).map((line) => JSON.parse(line))
    return {
      kills,
      restarts,
      watched: { ...watched, changes: linesOf(watched).map((line) => JSON.parse(line)) },
      streamed: {
        ...streamed,
        offsets: lines.map(({ offset }) => offset),
        values: lines.map(({ value }) => value),
      },
    }
  } finally {
    await pool.end()
    await local.stop({ force: true })
    await removeHome(home)
  }
}

type Insist = (sql: string) => Promise<pg.QueryResult>

/** Asks again until the server is back: every statement here can be said twice. */
function createInsistence(pool: pg.Pool): Insist {
  return async (sql) => {
    for (;;) {
      try {
        return await pool.query(sql)
      } catch (error) {
        if (error instanceof pg.DatabaseError && !error.code?.startsWith('57P')) throw error
        await delay(20)
      }
    }
  }
}

/** In bursts, each one transaction, and announced as an executor does: after its commit, and all at once. */
async function write({ values, events, valuesPerSecond }: ChaosPlan, insist: Insist): Promise<void> {
  const valuesPerEvent = values / events
  const startMs = performance.now()
  let step = 0
  for (let first = 0, event = 0; first < values; ) {
    const last = Math.min(values - 1, first + Math.floor(Math.random() * 60))
    const eventsHere: number[] = []
    while (event < events && event * valuesPerEvent <= last) eventsHere.push(event++)
    const count = last - first + 1
    await insist(`begin;
      insert into dbos.streams (workflow_uuid, key, "offset", value, serialization, function_id)
        select 'chaos', 'tokens', ${first} + n, '{"n":' || ${first} + n || '}', 'portable_json', ${step} + n
        from generate_series(0, ${count - 1}) n on conflict do nothing;
      insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, started_at_epoch_ms, completed_at_epoch_ms)
        select 'chaos', ${step} + n, case when n < ${count} then 'DBOS.writeStream' else 'DBOS.setEvent' end, 1, 1
        from generate_series(0, ${count + eventsHere.length - 1}) n on conflict do nothing;
      ${eventsHere
        .map(
          (
            n,
            index,
          ) => `insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization)
            values ('chaos', ${step + count + index}, 'progress', '${n}', 'portable_json') on conflict do nothing;`,
        )
        .join('\n')}
      commit;
      select pg_notify('dbos_streams_channel', 'chaos::tokens'), pg_notify('dbos_workflow_events_channel', 'chaos::progress')`)
    first = last + 1
    step += count + eventsHere.length
    const aheadMs = (first / valuesPerSecond) * 1000 - (performance.now() - startMs)
    if (aheadMs > 0) await delay(aheadMs)
  }
}

/** Spread over the time that the writer needs, each at a random moment of its share of it. */
async function makeTrouble(
  { values, valuesPerSecond, kills, restarts }: ChaosPlan,
  insist: Insist,
  signal: AbortSignal,
  restart: () => Promise<void>,
): Promise<{ kills: number; restarts: number }> {
  const shareMs = (values / valuesPerSecond / (kills + restarts)) * 900
  const made = { kills: 0, restarts: 0 }
  const isRestart = (turn: number) => (turn + 1) % Math.ceil((kills + restarts) / restarts) === 0
  for (let turn = 0; made.kills < kills || made.restarts < restarts; turn++) {
    const momentMs = Math.random() * shareMs
    if (!signal.aborted) await delay(momentMs)
    if (made.restarts < restarts && (isRestart(turn) || made.kills === kills)) {
      await restart()
      made.restarts += 1
    } else {
      const { rows } = await insist(`select pg_terminate_backend(pid) as is_cut from pg_stat_activity
        where application_name = 'drover' order by random() limit 1`)
      if (rows[0]?.is_cut) made.kills += 1
    }
    if (!signal.aborted) await delay(shareMs - momentMs)
  }
  return made
}

function linesOf({ stdout }: DroverRun): string[] {
  return stdout.split('\n').filter((line) => line !== '')
}
