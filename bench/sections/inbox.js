import { text } from 'node:stream/consumers'
import { fillCrowd } from '../crowd.js'
import { spawnProcess, timeInTurns } from '../processes.js'
import { median } from '../report.js'

const rounds = 9
const firstScreenMs = 300

/** The inbox over 200,000 workflows, 5,000 of which wait: whole processes, and every answer compared with the truth. */
export async function inbox(world) {
  // What other sections left.
  const before = await readLines(world, 'inbox', '-o', 'ids')
  const truth = await fillCrowd(world.database)
  const questions = {
    'inbox --limit 50 (a screen)': ['inbox', '--limit', '50'],
    'inbox -o ids (all)': ['inbox', '-o', 'ids'],
    'inbox -o jsonl (all)': ['inbox', '-o', 'jsonl'],
    'inbox --topic webhook -o ids': ['inbox', '--topic', 'webhook', '-o', 'ids'],
    'list (for comparison)': ['list'],
  }
  const commands = Object.entries(questions).map(([name, args]) => [name, world.drover(...args)])
  const rows = await timeInTurns(Object.fromEntries(commands), world.env, rounds)
  const found = (await readLines(world, 'inbox', '-o', 'ids')).filter((wait) => !before.includes(wait))
  const learned = await readLines(world, 'inbox', '--topic', 'webhook', '-o', 'ids')
  const screenMs = median(rows['inbox --limit 50 (a screen)'])
  return {
    title: `${truth.length.toLocaleString('en')} waits among 200,000 workflows of 2 million steps, whole processes`,
    rows,
    goals: [
      [`first screen ≤ ${firstScreenMs} ms (${screenMs.toFixed(0)})`, screenMs <= firstScreenMs],
      [`all ${truth.length} waits, in order, and no other`, found.join() === truth.join()],
      [
        `the topic of each silent one is learned (${learned.length})`,
        learned.length === truth.filter((wait) => Number.parseInt(wait.slice(8), 10) % 3 !== 0).length,
      ],
    ],
  }
}

async function readLines(world, ...args) {
  const running = spawnProcess(world.drover(...args), world.env)
  const output = await text(running.child.stdout)
  await running.succeeded
  return output.trimEnd().split('\n')
}
