import { openStore } from '../../dist/db/open-store.js'
import { timeInTurns } from '../processes.js'
import { median } from '../report.js'

const count = 1_000_000
const rounds = 7
const goalMs = 100

/** Lists over a million workflows: whole processes, and what the first page costs inside the database. */
export async function million(world) {
  await fill(world.database)
  const questions = {
    'list (the first page)': ['list'],
    'list --after (a page half-way)': ['list', '--after', `million-${count / 2}`],
    'list --status PENDING --status ENQUEUED': ['list', '--status', 'PENDING', '--status', 'ENQUEUED'],
    'list --name rare --since 1h': ['list', '--name', 'rare', '--since', '1h'],
    'list --name rare (no index on the name)': ['list', '--name', 'rare'],
    'list --count-by status': ['list', '--count-by', 'status'],
    queues: ['queues'],
  }
  const commands = Object.entries(questions).map(([name, args]) => [name, world.drover(...args)])
  const rows = await timeInTurns(Object.fromEntries(commands), world.env, rounds)
  const firstPage = await timeFirstPage(world.url)
  const inDatabaseMs = median(firstPage)
  return {
    title: `${count.toLocaleString('en')} workflows, whole processes`,
    rows: { 'the first page, asked on an open connection': firstPage, ...rows },
    goals: [
      [
        `the first page costs ≤ ${goalMs} ms in the database (${inDatabaseMs.toFixed(1)})`,
        inDatabaseMs <= goalMs,
      ],
    ],
  }
}

async function timeFirstPage(url) {
  const store = await openStore({ url, schema: 'dbos', label: 'bench', connectTimeoutMs: 5000 })
  const samples = []
  for (let round = 0; round < 30; round++) {
    const start = performance.now()
    await store.list({ limit: 21 })
    samples.push(performance.now() - start)
  }
  await store.close()
  return samples
}

/** Rows as a shop has them: 200 run, 333 are enqueued, one in a hundred failed. */
export async function fill(database, total = count) {
  const nowMs = Date.now()
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
       queue_name, created_at, started_at_epoch_ms, completed_at, updated_at, recovery_attempts, serialization)
     select 'million-' || n,
       case when n % 5000 = 0 then 'PENDING' when n % 3001 = 0 then 'ENQUEUED' when n % 100 = 1 then 'ERROR' else 'SUCCESS' end,
       case when n % 50021 = 0 then 'rare' else 'workflow-' || n % 20 end, 'executor-' || n % 8, 'v' || n % 3, 'shop',
       case when n % 2 = 0 then 'drover' end, at, at, case when n % 5000 <> 0 and n % 3001 <> 0 then at + 500 end, at, 1,
       'portable_json'
     from (select n, ${nowMs} - ${total}::bigint * 1000 + n * 1000::bigint as at from generate_series(1, ${total}) n) w`,
  )
  await database.query('vacuum analyze dbos.workflow_status')
}
