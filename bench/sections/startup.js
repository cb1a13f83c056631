import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { isInstalled, now, spawnProcess, timeInTurns } from '../processes.js'
import { median } from '../report.js'

const rounds = 21
const coldRounds = 5
const nothing = 'node -e 0'

/** What a command costs from its first to its last millisecond, on a server that runs. */
export async function startup(world) {
  const { env, drover, sdk } = world
  await world.start('publishes', 'startup', 1, 0)
  await world.client.send('startup', 1, 'go')
  await world.client.retrieveWorkflow('startup').getResult()
  await world.start('streams', 'startup-open', 0, 0)
  const embedded = { ...env, DROVER_DB_URL: '' }
  const samples = await timeInTurns(
    {
      [nothing]: [process.execPath, '-e', '0'],
      'drover --version': drover('--version'),
      'drover --help': drover('--help'),
      'drover events ID KEY': drover('events', 'startup', 'progress'),
      'drover send ID MESSAGE': drover('send', 'startup-open', '1', '--topic', 'other'),
      'SDK client.send': sdk('send.js', 'startup-open', '1', 'other'),
      'SDK dbos --version': world.dbosCli('--version'),
      ...(isInstalled('psql') && { "psql -c 'select 1'": world.psql('select 1') }),
    },
    env,
    rounds,
  )
  const owned = await timeInTurns(
    { [nothing]: [process.execPath, '-e', '0'], events: drover('events', 'startup', 'progress') },
    embedded,
    rounds,
  )
  const cold = []
  for (let round = 0; round < coldRounds; round++) {
    // A home of its own, in which nothing is compiled yet.
    const home = mkdtempSync(path.join(world.home, 'cold-'))
    const { succeeded, child } = spawnProcess(drover('events', 'startup', 'progress'), {
      ...env,
      DROVER_HOME: home,
    })
    child.stdout.resume()
    const startedAt = now()
    cold.push((await succeeded) - startedAt)
  }
  const ratio = (name) => median(samples[name]) / median(samples[nothing])
  return {
    title: 'whole processes, in turns',
    rows: {
      ...samples,
      'drover events, embedded': owned.events,
      'drover events, first run after an install': cold,
    },
    goals: [
      ['--version ≤ 1.4 ×', ratio('drover --version') <= 1.4],
      ['--help ≤ 1.4 ×', ratio('drover --help') <= 1.4],
      ['events ≤ 3.5 ×', ratio('drover events ID KEY') <= 3.5],
      ['send ≤ 3.5 ×', ratio('drover send ID MESSAGE') <= 3.5],
    ],
  }
}
