import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processorMs, transactions } from '../cost.js'
import { now, quietMoment } from '../processes.js'
import { exact, median, round } from '../report.js'
import { openScreen } from '../screens.js'
import { fill } from './million.js'

/** As often as `top` counts what waits and what is stuck: each window has one of it. */
const seconds = 60
/** By then V8 has compiled and collected what a start leaves behind; what that costs is in the first frame. */
const settleMs = 20_000
const restMs = 15_000
const openings = 9
const changesPerSecond = 50
const batchesPerSecond = 10

/**
 * What a screen of many workflows costs on a million of them: alone, and while 50 of them change each second.
 * BENCH_BEFORE=FOLDER, another checkout that was built, is what the processor is compared with, else `list --watch`.
 */
export async function top(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  await world.stopWorker()
  await fillOnce(world)
  // Its transactions are counted with those of the screens.
  await world.database.query('alter system set autovacuum = off')
  await world.database.query('select pg_reload_conf()')
  const before = process.env.BENCH_BEFORE
  const screens = {
    'list --watch': world.drover('list', '--watch'),
    top: world.drover('top'),
    ...(before && {
      'list --watch of before': [process.execPath, path.join(before, 'bin/drover.js'), 'list', '--watch'],
    }),
  }
  const rows = await timeFirstFrames(world, screens)
  // Sessions that ended are counted late, and rows that came are vacuumed.
  await sleep(restMs)
  const notes = []
  const costs = {}
  for (const [name, command] of Object.entries(screens)) {
    const screen = await openScreen(world, command)
    await sleep(settleMs)
    const idle = await costOf(world, screen)
    const changing = await whileChanging(world, () => costOf(world, screen))
    await screen.close()
    costs[name] = { idle, changing }
    notes.push(`${name}, idle: ${describe(idle)}`)
    notes.push(`${name}, ${changesPerSecond} changes/s: ${describe(changing)}`)
  }
  rows['top: a page further, among 10,000'] = await timePages(world, screens.top)
  const reference = before ? 'list --watch of before' : 'list --watch'
  const uses = ({ client, server }) => client + server
  const frame = (name) => median(rows[`${name}: first frame`])
  return {
    title: `screens of many workflows on 1,000,000, over ${seconds} s each, at 120 × 40`,
    rows,
    comparedWith: `${reference}: first frame`,
    notes,
    goals: [
      ...['list --watch', 'top'].flatMap((name) =>
        Object.entries(costs[name]).map(([when, cost]) => [
          `${name}, ${when}: ≤ 1 transaction/s (${round(cost.transactions)})`,
          // Some more or less are a matter of when it was begun to count.
          cost.transactions <= 1 + 3 / seconds,
          exact,
        ]),
      ),
      ...['idle', 'changing'].map((when) => [
        `top, ${when}: no more of the processor than ${reference} (${round(uses(costs.top[when]))} %, ${round(uses(costs[reference][when]))} %)`,
        uses(costs.top[when]) <= uses(costs[reference][when]),
      ]),
      [
        `top: its first frame comes as soon (${round(frame('top'))} ms, ${round(frame(reference))} ms)`,
        frame('top') <= 1.2 * frame(reference),
      ],
    ],
  }
}

async function fillOnce({ database }) {
  const { rows } = await database.query(
    `select exists (select from dbos.workflow_status where workflow_uuid = 'million-1') as "isFilled"`,
  )
  if (!rows[0].isFilled) await fill(database)
}

/** Transactions a second, and in percent of one processor what the screen and its sessions on the server use. */
async function costOf(world, screen) {
  const backends = await screen.backends()
  let looks = 0
  const look = async () => ({
    // Without our own: the changes, and the look before this one.
    transactions: (await transactions(world)) - changes.batches - looks++,
    client: processorMs([screen.pid]),
    server: processorMs(backends),
    bytes: screen.bytes(),
    atMs: now(),
  })
  const first = await look()
  await sleep(seconds * 1000)
  const last = await look()
  const tookMs = last.atMs - first.atMs
  const perSecond = (key) => ((last[key] - first[key]) / tookMs) * 1000
  return {
    transactions: perSecond('transactions'),
    client: perSecond('client') / 10,
    server: perSecond('server') / 10,
    bytes: perSecond('bytes'),
  }
}

function describe({ transactions, client, server, bytes }) {
  return `${round(transactions)} transactions/s, drover ${round(client)} % of a processor, server ${round(server)} %, ${round(bytes)} bytes/s drawn`
}

/** In turns, after one round that does not count. */
async function timeFirstFrames(world, screens) {
  const samples = Object.fromEntries(Object.keys(screens).map((name) => [`${name}: first frame`, []]))
  for (let opening = -1; opening < openings; opening++) {
    await quietMoment()
    for (const [name, command] of Object.entries(screens)) {
      const screen = await openScreen(world, command)
      await screen.close()
      if (opening >= 0) samples[`${name}: first frame`].push(screen.firstFrameMs)
    }
  }
  return samples
}

/** From the key to what is drawn, each after a rest: frames come at most ten times a second. */
async function timePages(world, command) {
  const screen = await openScreen(world, command)
  await sleep(settleMs)
  const samples = []
  for (let page = 0; page < 30; page++) {
    const drawn = screen.nextData()
    const startedAt = now()
    screen.type('\x1b[6~')
    samples.push((await drawn) - startedAt)
    await sleep(200)
  }
  await screen.close()
  return samples
}

const changes = { workflows: 0, batches: 0 }

/** New workflows, and those of a moment ago that end, in equal parts. */
async function whileChanging({ database }, use) {
  const each = changesPerSecond / batchesPerSecond
  const [begun, ended] = [Math.ceil(each / 2), Math.floor(each / 2)]
  const change = async () => {
    const first = changes.workflows + 1
    changes.workflows += begun
    await database.query(
      `with ended as (
         update dbos.workflow_status set status = 'SUCCESS', completed_at = created_at + 900, updated_at = created_at + 900
         where workflow_uuid in (
           select workflow_uuid from dbos.workflow_status where status = 'PENDING' and name = 'changing' and created_at < $3
           order by created_at limit ${ended})
       )
       insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
         created_at, started_at_epoch_ms, updated_at, recovery_attempts, serialization)
       select 'changed-' || n, 'PENDING', 'changing', 'executor-1', 'v1', 'shop', at, at, at, 1, 'portable_json'
       from (select n, (extract(epoch from clock_timestamp()) * 1000)::bigint as at from generate_series($1::int, $2::int) n) w
       returning pg_stat_force_next_flush()`,
      [first, changes.workflows, Date.now() - 900],
    )
    changes.batches++
  }
  let under = Promise.resolve()
  const timer = setInterval(() => {
    under = under.then(change)
  }, 1000 / batchesPerSecond)
  try {
    return await use()
  } finally {
    clearInterval(timer)
    await under
  }
}
