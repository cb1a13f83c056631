import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import { costOf } from '../cost.js'
import { now, quietMoment } from '../processes.js'
import { median, round } from '../report.js'
import { fill } from './million.js'

const seconds = 20
const settleMs = 5000
const openings = 9
const changesPerSecond = 50
const batchesPerSecond = 10
const patienceMs = 30_000

/** What the whole screen costs beside `list --watch`, on a million workflows: alone, and while 50 of them change each second. */
export async function top(world) {
  if (process.platform !== 'linux') return { title: 'skipped: it needs /proc' }
  await fillOnce(world)
  const lines = { 'list --watch': ['list', '--watch'], top: ['top'] }
  const rows = await timeFirstFrames(world, lines)
  const notes = []
  const costs = {}
  const without = await costOf(world, [], seconds)
  const changedAlone = await whileChanging(world, () => costOf(world, [], seconds))
  for (const [name, args] of Object.entries(lines)) {
    const screen = await openScreen(world, args)
    await sleep(settleMs)
    const idle = await costOf(world, [screen.pid], seconds)
    const busy = await whileChanging(world, () => costOf(world, [screen.pid], seconds))
    screen.kill()
    costs[name] = { idle: minus(idle, without), busy: minus(busy, changedAlone) }
    notes.push(`${name}, idle: ${describe(costs[name].idle)}`)
    notes.push(`${name}, ${changesPerSecond} changes/s: ${describe(costs[name].busy)}`)
  }
  rows['top: a page further, among 10,000'] = await timePages(world)
  const most = (key) => Math.max(costs['list --watch'].idle[key], costs['list --watch'].busy[key])
  const isWithin = (key, slack) => Math.max(costs.top.idle[key], costs.top.busy[key]) <= most(key) + slack
  return {
    title: `the whole screen on 1,000,000 workflows, over ${seconds} s each, at 120 × 40`,
    rows,
    notes,
    goals: [
      ['top makes no more transactions than list --watch', isWithin('transactionsPerSecond', 0.1)],
      ['top uses no more of the processor', isWithin('clientPercent', 0.5) && isWithin('serverPercent', 0.5)],
      [
        `its first frame comes as soon (${round(median(rows['top: first frame']))} ms)`,
        median(rows['top: first frame']) <= 1.2 * median(rows['list --watch: first frame']),
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

function minus(cost, base) {
  return Object.fromEntries(Object.keys(cost).map((key) => [key, Math.max(0, cost[key] - base[key])]))
}

function describe({ transactionsPerSecond, clientPercent, serverPercent }) {
  return `${round(transactionsPerSecond)} transactions/s, drover ${round(clientPercent)} % of a processor, server ${round(serverPercent)} %`
}

/** Resolves once workflows are on the screen. */
async function openScreen(world, args) {
  const [node, ...rest] = world.drover(...args)
  const startedAt = now()
  const pty = spawn(node, rest, { cols: 120, rows: 40, name: 'xterm-256color', env: world.env })
  let text = ''
  const shownAt = await Promise.race([
    new Promise((resolve) =>
      pty.onData((data) => {
        text += data
        if (/million-\d|changed-\d/.test(text)) resolve(now())
      }),
    ),
    sleep(patienceMs, undefined, { ref: false }),
  ])
  if (shownAt === undefined) throw new Error(`drover ${args.join(' ')} shows nothing: ${text}`)
  return {
    pid: pty.pid,
    firstFrameMs: shownAt - startedAt,
    type: (keys) => pty.write(keys),
    nextData: () =>
      new Promise((resolve) => {
        const { dispose } = pty.onData(() => {
          dispose()
          resolve(now())
        })
      }),
    kill: () => pty.kill('SIGTERM'),
  }
}

/** In turns, after one round that does not count. */
async function timeFirstFrames(world, lines) {
  const samples = Object.fromEntries(Object.keys(lines).map((name) => [`${name}: first frame`, []]))
  for (let opening = -1; opening < openings; opening++) {
    await quietMoment()
    for (const [name, args] of Object.entries(lines)) {
      const { firstFrameMs, kill } = await openScreen(world, args)
      kill()
      if (opening >= 0) samples[`${name}: first frame`].push(firstFrameMs)
      await sleep(300)
    }
  }
  return samples
}

/** From the key to what is drawn, each after a rest: frames come at most ten times a second. */
async function timePages(world) {
  const screen = await openScreen(world, ['top'])
  await sleep(settleMs)
  const samples = []
  for (let page = 0; page < 30; page++) {
    const drawn = screen.nextData()
    const startedAt = now()
    screen.type('\x1b[6~')
    samples.push((await drawn) - startedAt)
    await sleep(200)
  }
  screen.kill()
  return samples
}

let changed = 0

/** New workflows, and those of a moment ago that end, in equal parts. */
async function whileChanging({ database }, use) {
  const each = changesPerSecond / batchesPerSecond
  const change = async () => {
    const first = changed + 1
    changed += Math.ceil(each / 2)
    await database.query(
      `with ended as (
         update dbos.workflow_status set status = 'SUCCESS', completed_at = created_at + 900, updated_at = created_at + 900
         where workflow_uuid in (select 'changed-' || n from generate_series($1::int - ${10 * Math.floor(each / 2)}, $1::int - 1) n)
           and status = 'PENDING' and workflow_uuid in (
             select workflow_uuid from dbos.workflow_status where status = 'PENDING' and name = 'changing' order by created_at limit ${Math.floor(each / 2)})
       )
       insert into dbos.workflow_status (workflow_uuid, status, name, executor_id, application_version, application_name,
         created_at, started_at_epoch_ms, updated_at, recovery_attempts, serialization)
       select 'changed-' || n, 'PENDING', 'changing', 'executor-1', 'v1', 'shop', at, at, at, 1, 'portable_json'
       from (select n, (extract(epoch from clock_timestamp()) * 1000)::bigint as at from generate_series($1::int, $2::int) n) w`,
      [first, changed],
    )
  }
  const timer = setInterval(() => void change().catch(() => {}), 1000 / batchesPerSecond)
  try {
    return await use()
  } finally {
    clearInterval(timer)
  }
}
