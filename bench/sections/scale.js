import { exact, round } from '../report.js'
import { buffersOf } from '../scale/buffers.js'
import { fillScale } from '../scale/fill-scale.js'

const usual = 1_000_000
const mostGrowth = 1.2
/** Of what changes from one look to the next: a page of an index more. */
const slack = 20
const most = 1000
const perActive = 5
const left = 200

/** Those that look at all that is active. */
const ofActive = [
  ['inbox', '--limit', '20'],
  ['metrics'],
  ['doctor'],
  ['recover', '--dry-run', '--grace', '1ms'],
  // Without a limit of their own: a block for each of these that is active.
  ['queues'],
  ['versions'],
]

const bounded = (count) => [
  ['list'],
  ['list', '--name', 'rare'],
  ['list', '--name', 'never'],
  ['list', '--status', 'PENDING', '--status', 'ENQUEUED', '--status', 'DELAYED'],
  ['list', '--status', 'CANCELLED'],
  ['explain', oldestOf(count)],
  ['explain', newestOf(count)],
  ['explain', 'scale-long'],
  ['start', 'never', '1', '--queue', 'queue-1', '--app-version', 'v1'],
  ['start', 'rare', '1', '--app-version', 'v1'],
  ['get', 'scale-3'],
  ['get', 'scale-long'],
  ['steps', 'scale-3'],
  ['steps', 'scale-long', '--last', '20'],
  ['events', 'scale-10'],
  ['messages', 'scale-5'],
  ['workers'],
  ['schedules'],
  ['fork', 'scale-3', '--from', '1', '--yes'],
]

/**
 * Buffers that each command touches among a million workflows, 20,000 of which are active. By name only: it takes minutes.
 * BENCH_SCALE=10000000 fills that many as well, which takes half an hour and 20 GB, and compares the two.
 */
export async function scale(world) {
  const counts = [usual, ...(process.env.BENCH_SCALE ? [Number(process.env.BENCH_SCALE)] : [])]
  const found = []
  for (const count of counts) found.push({ count, ...(await measureAmong(world, count)) })
  const [small, large] = found
  return {
    title: `buffers among ${counts.map((count) => count.toLocaleString('en')).join(' and ')} workflows, ${small.active} of them active`,
    notes: large ? small.measured.map((one, at) => compared(one, large.measured[at])) : [],
    goals: [
      ...found.flatMap(({ count, measured }) =>
        measured.map(({ name, blocks, limit }) => [
          `${count / 1e6} M: ${name} ≤ ${limit} blks (${blocks})`,
          blocks <= limit,
          exact,
        ]),
      ),
      ...(large ? small.measured.map((one, at) => growthGoal(one, large.measured[at])) : []),
    ],
  }
}

function compared(one, other) {
  return `${one.name}: ${one.blocks} blks, ${other.blocks} blks, ${round(other.blocks / one.blocks)} ×`
}

function growthGoal(one, other) {
  const isMet = other.blocks <= mostGrowth * one.blocks + slack
  return [`${one.name}: grows at most ${mostGrowth} × (${one.blocks}, ${other.blocks})`, isMet, exact]
}

/** What each command touches, first with all that is active, then with what a busy day leaves. */
async function measureAmong({ database, env, drover }, count) {
  await fillScale(database, count)
  await database.query('vacuum analyze')
  const { rows } = await database.query(
    `select count(*)::int as active from dbos.workflow_status where status in ('PENDING', 'ENQUEUED', 'DELAYED')`,
  )
  const [{ active }] = rows
  const measured = []
  const measure = async (args, limit, before = '') => {
    const blocks = await buffersOf(database, drover(...args), env)
    measured.push({ name: `${before}${args.map(nameIn(count)).join(' ')}`, blocks, limit })
  }
  for (const args of bounded(count)) await measure(args, most)
  for (const args of ofActive) await measure(args, most + perActive * active)
  await endAllBut(database, left)
  for (const args of ofActive) await measure(args, most + perActive * left, `${left} left: `)
  return { active, measured }
}

/** The oldest that is active, and one of the newest, have other ids in each size. */
function nameIn(count) {
  const names = { [oldestOf(count)]: 'scale-OLDEST', [newestOf(count)]: 'scale-NEWEST' }
  return (word) => names[word] ?? word
}

function oldestOf(count) {
  return `scale-${count / 20_000}`
}

function newestOf(count) {
  return `scale-${count - 700}`
}

/** What a busy day leaves in indexes: they keep the pages of all who were active. */
async function endAllBut(database, count) {
  const active = `status in ('PENDING', 'ENQUEUED', 'DELAYED')`
  await database.query(`update dbos.workflow_status set status = 'SUCCESS', completed_at = created_at + 700
    where ${active} and workflow_uuid not in
      (select workflow_uuid from dbos.workflow_status where ${active} order by md5(workflow_uuid) limit ${count})`)
  await database.query('vacuum analyze')
}
