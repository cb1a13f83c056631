import pg from 'pg'
import { differencesFrom, readBaseline } from '../baseline.js'
import { exact } from '../report.js'
import { buffersOf } from '../scale/buffers.js'
import { fillScale } from '../scale/fill-scale.js'

/** So few that `analyze` sees each row, and plans are the same in every run. */
const count = 8000
const active = 160
const longSteps = 2000

/** What reads only, and as often in every run, which `recover` does not: it leaves the tables as they are for the next one. */
const commands = [
  ['list'],
  ['list', '--name', 'rare'],
  ['list', '--name', 'never'],
  ['list', '--status', 'PENDING', '--status', 'ENQUEUED', '--status', 'DELAYED'],
  ['list', '--status', 'CANCELLED'],
  ['explain', 'scale-50'],
  ['explain', 'scale-long'],
  ['get', 'scale-3'],
  ['get', 'scale-long'],
  ['steps', 'scale-3'],
  ['steps', 'scale-long', '--last', '20'],
  ['events', 'scale-10'],
  ['messages', 'scale-5'],
  ['inbox', '--limit', '20'],
  ['metrics'],
  ['queues'],
  ['versions'],
  ['workers'],
  ['schedules'],
]

/** What no load of the machine changes: the buffers that each command touches, by its words. */
export async function measureBaseline({ url, env, drover }, saved = {}) {
  const database = new pg.Client({ connectionString: url })
  database.on('error', () => {})
  await database.connect()
  // A vacuum between two commands would change what the later one touches.
  await database.query('alter system set autovacuum = off')
  await database.query('select pg_reload_conf()')
  await fillScale(database, count, { active, longSteps })
  await database.query('vacuum (analyze, freeze)')
  const blks = {}
  for (const args of commands) {
    const name = args.join(' ')
    const measure = () => buffersOf(database, drover(...args), env)
    blks[name] = await measure()
    // Who looked once more than usual does not do so each time.
    for (
      let again = 0;
      again < 2 && differencesFrom(saved, blks).more.some((line) => line.startsWith(`${name}:`));
      again++
    )
      blks[name] = Math.min(blks[name], await measure())
  }
  await database.end()
  return { blks }
}

/** Compares with bench/baseline.json, where that was saved with this version of Node. */
export async function baseline(world) {
  const saved = readBaseline()
  if (saved.node !== process.version) {
    return { title: `skipped: it was saved with Node ${saved.node}, and this is ${process.version}` }
  }
  const { blks } = await measureBaseline(world, saved.blks)
  const { more, fewer } = differencesFrom(saved.blks, blks)
  return {
    title: `${Object.keys(blks).length} commands among ${count.toLocaleString('en')} workflows, beside bench/baseline.json`,
    notes: fewer.map((line) => `fewer: ${line}`),
    goals: [
      ['no command touches more buffers than before', more.length === 0, exact],
      ...more.map((line) => [line, false, exact]),
    ],
  }
}
