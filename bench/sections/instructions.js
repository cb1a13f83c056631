import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { isInstalled, spawnProcess } from '../processes.js'
import { exact } from '../report.js'

/** V8 looks for prime numbers by chance, which takes from 2 to 17 million of them. */
const byChance = 'detail::sprp('
/** To write what was compiled, and to find it. */
const warmingRuns = 2

/** Of `node -e 0` each may take so many times as much. */
const most = {
  '--version': 1.1,
  '--help': 1.6,
  list: 2.7,
  'events startup progress': 2.8,
  'get startup': 3,
  'send startup-open 1 --topic other': 3.3,
  doctor: 3.5,
}

/** Millions of instructions of whole processes, which no load of the machine changes. By name only: valgrind is slow. */
export async function instructions(world) {
  if (!isInstalled('valgrind')) return { title: 'skipped: valgrind is not installed' }
  const { env, drover } = world
  await world.start('publishes', 'startup', 1, 0)
  await world.client.send('startup', 1, 'go')
  await world.client.retrieveWorkflow('startup').getResult()
  await world.start('streams', 'startup-open', 0, 0)
  const nothing = count(world, [process.execPath, '-e', '0'])
  const rows = { 'node -e 0': [nothing] }
  for (const words of Object.keys(most)) {
    const command = drover(...words.split(' '))
    for (let run = 0; run < warmingRuns; run++) {
      const { child, succeeded } = spawnProcess(command, env)
      child.stdout.resume()
      await succeeded
    }
    rows[words] = [count(world, command)]
  }
  return {
    title: 'instructions of whole processes, as valgrind counts them',
    unit: 'Mi',
    rows,
    goals: Object.entries(most).map(([words, times]) => [
      `${words} ≤ ${times} ×`,
      rows[words][0] <= times * nothing,
      exact,
    ]),
  }
}

/** As cachegrind writes them: a line names a function, and those below it have a line of the source and its instructions. */
function count({ home, env }, command) {
  const file = path.join(home, 'cachegrind.out')
  const options = ['--tool=cachegrind', '--cache-sim=no', `--cachegrind-out-file=${file}`]
  execFileSync('valgrind', [...options, ...command], {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'NODE_EXTRA_CA_CERTS')),
    stdio: 'ignore',
  })
  let sum = 0
  let isCounted = true
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('fn=')) isCounted = !line.includes(byChance)
    else if (isCounted && /^\d+ \d+$/.test(line)) sum += Number(line.split(' ')[1])
  }
  return sum / 1e6
}
