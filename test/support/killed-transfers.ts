import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { inject } from 'vitest'
import { CliError } from '../../src/core/errors.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import type { DatabaseAndHome } from './database-and-home.ts'
import { type DroverProcess, startDrover } from './drover-process.ts'
import { readExport } from './read-export.ts'
import { waitUntil } from './wait-until.ts'
import { startWireProxy } from './wire-proxy.ts'

export interface KilledTransfers {
  /** Processes that were killed before they were done. */
  readonly kills: number
  /** How many of them had brought in all, and how many nothing. */
  readonly whole: number
  readonly nothing: number
  /** What was half done, or twice, or is not on record as it is. */
  readonly wrong: readonly string[]
}

const workflows = 300
const tables = [
  ...['workflow_status', 'workflow_input', 'workflow_output', 'operation_outputs'],
  ...['workflow_events', 'workflow_events_history', 'streams', 'notifications'],
]

/** Rows as a workflow leaves them, of each table. */
async function seed({ database }: DatabaseAndHome): Promise<readonly string[]> {
  const ids = `select 'killed-' || n as id, n from generate_series(1, ${workflows}) n`
  const value = `'"' || repeat(md5(n::text), 20) || '"'`
  await database.query(`
    insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, created_at, updated_at, parent_workflow_id)
      select id, case when n % 10 = 0 then 'PENDING' else 'SUCCESS' end, 'killed', 'gone', n, n,
        case when n % 3 = 0 then 'killed-' || n - 1 end from (${ids}) i`)
  await database.query(
    `insert into dbos.workflow_input (workflow_uuid, inputs) select id, ${value} from (${ids}) i`,
  )
  await database.query(
    `insert into dbos.workflow_output (workflow_uuid, output) select id, ${value} from (${ids}) i where n % 10 > 0`,
  )
  await database.query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output)
     select id, step, 'step', ${value} from (${ids}) i, generate_series(0, 2) step`,
  )
  for (const [table, column] of [
    ['workflow_events', ''],
    ['workflow_events_history', 'function_id, '],
    ['streams', '"offset", '],
  ] as const) {
    const zero = column === '' ? '' : '0, '
    await database.query(
      `insert into dbos.${table} (workflow_uuid, ${column}key, value) select id, ${zero}'key', ${value} from (${ids}) i`,
    )
  }
  await database.query(
    `insert into dbos.notifications (destination_uuid, topic, message) select id, 'go', ${value} from (${ids}) i`,
  )
  const rows = await database.query(`select id from (${ids}) i`)
  return rows.map(({ id }) => String(id))
}

const countRows = async ({ database }: DatabaseAndHome): Promise<string> => {
  const counts = tables.map((table) => `(select count(*) from dbos.${table}) as ${table}`)
  return JSON.stringify((await database.query(`select ${counts.join(', ')}`))[0])
}

const clear = ({ database }: DatabaseAndHome) =>
  database.query(`truncate ${tables.map((table) => `dbos.${table}`).join(', ')}`)

const untilGone = ({ database }: DatabaseAndHome) =>
  waitUntil('its sessions are gone', async () => {
    const rows = await database.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'drover'`,
    )
    return rows.length === 0
  })

/**
 * Kills imports with SIGKILL, by turns when they send one message after the other to Postgres, which comes through or does not,
 * and at any moment; each time all is there, or nothing is, and the same import again makes it all.
 */
export async function killImports(given: DatabaseAndHome, kills: number): Promise<KilledTransfers> {
  const ids = await seed(given)
  const file = path.join(given.home, 'killed.jsonl')
  await writeFile(file, await withStore(given, (store) => readExport(store, ids)))
  const all = await countRows(given)
  await clear(given)
  const none = await countRows(given)
  const found = { kills: 0, whole: 0, nothing: 0, wrong: [] as string[] }
  const { messages, ms } = await runImport(given, file, Infinity)
  for (let round = 0; found.kills < kills; round++) {
    await clear(given)
    const lines = await countLines(given)
    const at = messages - 1 - (Math.floor(round / 3) % messages)
    const run = await runImport(given, file, at, ([true, false] as const)[round % 3], Math.random() * ms)
    if (!run.wasKilled) continue
    found.kills += 1
    const after = await countRows(given)
    const recorded = (await countLines(given)) - lines
    if (after !== all && after !== none) found.wrong.push(`${at}: ${after}`)
    if (recorded !== (after === all ? 1 : 0)) found.wrong.push(`${at}: ${recorded} lines on record`)
    found[after === all ? 'whole' : 'nothing'] += 1
    const again = await startDrover(importLine(file, given.database.target.url), { home: given.home }).ended
    if (again.code !== (after === all ? 9 : 0)) found.wrong.push(`${at}: again ${again.code} ${again.stderr}`)
    if ((await countRows(given)) !== all) found.wrong.push(`${at}: again ${await countRows(given)}`)
  }
  return found
}

const importLine = (file: string, url: string) => ['import', file, '--yes', '-o', 'ids', '--db-url', url]

async function countLines({ database }: DatabaseAndHome): Promise<number> {
  const [row] = await database.query(
    `select count(*)::int as count from drover.actions where action = 'import' and outcome = 'done'`,
  )
  return Number(row?.count)
}

/** `comesThrough` is whether Postgres sees the last message; undefined kills after `afterMs`, whatever is being said. */
async function runImport(
  given: DatabaseAndHome,
  file: string,
  at: number,
  comesThrough?: boolean,
  afterMs?: number,
) {
  const isTimed = comesThrough === undefined && afterMs !== undefined
  let running: DroverProcess | undefined
  let wasKilled = false
  const kill = (): void => {
    wasKilled = running?.process.kill('SIGKILL') ?? false
  }
  const proxy = await startWireProxy(inject('serverUrl'), ({ index }) => {
    if (isTimed || index !== at) return undefined
    kill()
    return comesThrough ? undefined : { kind: 'stall' }
  })
  const beganMs = performance.now()
  try {
    running = startDrover(importLine(file, proxy.urlOf(given.database.target.url)), { home: given.home })
    const over = new AbortController()
    if (isTimed) void delay(afterMs, undefined, { signal: over.signal }).then(kill, () => {})
    const { code, stderr } = await running.ended
    over.abort()
    if (!wasKilled && code !== 0) throw new Error(`import: ${code} ${stderr}`)
  } finally {
    proxy.close()
  }
  const ms = performance.now() - beganMs
  await untilGone(given)
  return { wasKilled, ms, messages: proxy.count() }
}

/**
 * Kills exports with SIGKILL once so many bytes of them were read, and brings in what there is: nothing of a file that was cut
 * off, and that is said.
 */
export async function killExports(given: DatabaseAndHome, kills: number): Promise<KilledTransfers> {
  const ids = await seed(given)
  const bytes = await withStore(given, async (store) => Buffer.byteLength(await readExport(store, ids)))
  const found = { kills: 0, whole: 0, nothing: 0, wrong: [] as string[] }
  while (found.kills < kills) {
    const written = await exportUntil(given, Math.floor(Math.random() * bytes))
    if (written === undefined) continue
    found.kills += 1
    const outcome = await withStore(given, (store) =>
      store
        .importWorkflows({ chunks: piecesOf(written), newIds: true })
        .then(({ workflows: came }) => `${came.imported}`, sentenceOf),
    )
    if (isCutOff.test(outcome)) found.nothing += 1
    else if (outcome === String(ids.length)) found.whole += 1
    else found.wrong.push(outcome)
    const [row] = await given.database.query('select count(*)::int as count from dbos.workflow_status')
    if (row?.count !== ids.length * (1 + found.whole)) found.wrong.push(`${row?.count} workflows`)
  }
  return found
}

async function withStore<Result>(
  { database }: DatabaseAndHome,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(database.target)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

const isCutOff =
  /^The export (is empty|was cut off: it (has no end|tells of \d+ workflows and has \d+))\. Nothing was imported\.$/

function sentenceOf(error: unknown): string {
  if (error instanceof CliError) return error.message
  throw error
}

async function* piecesOf(text: string): AsyncGenerator<string> {
  yield text
}

/** What somebody got of an export that was killed then; undefined where it had ended. */
async function exportUntil(given: DatabaseAndHome, bytes: number): Promise<string | undefined> {
  const { home, database } = given
  const args = ['export', '--name', 'killed', '--db-url', database.target.url]
  const running = startDrover(args, { home })
  const pieces: Buffer[] = []
  let count = 0
  let wasKilled = false
  running.process.stdout?.on('data', (piece: Buffer | string) => {
    pieces.push(Buffer.from(piece))
    count += pieces.at(-1)?.length ?? 0
    if (count >= bytes && !wasKilled) wasKilled = running.process.kill('SIGKILL')
  })
  const { code, stderr } = await running.ended
  if (code !== null && code !== 0) throw new Error(`export: ${code} ${stderr}`)
  await untilGone(given)
  return code === null ? Buffer.concat(pieces).toString('utf8') : undefined
}
