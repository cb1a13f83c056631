import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runDrover, startDrover, untilReady } from '../support/drover-process.ts'
import { createHome, stopAndRemoveHome } from '../support/throw-away-home.ts'

const examples = path.join(import.meta.dirname, '../../examples')
const apps = [
  'ask.js',
  'patterns/agent.js',
  'patterns/etl.js',
  'patterns/payment.js',
  'patterns/pipeline.js',
  'patterns/publisher.js',
  'patterns/tokens.js',
  'publisher/publisher.ts',
]

let home: string
beforeAll(async () => {
  home = await createHome()
  await runDrover(['db', 'start'], { home })
})
afterAll(() => stopAndRemoveHome(home))

const runDemo = (...place: string[]) => runDrover(['demo', 'events', ...place], { home })

/** Launches every example at once, as a worker of the same database. */
async function runExamples(...place: string[]): Promise<void> {
  const workers = apps.map((app) =>
    startDrover(['worker', '--app', path.join(examples, app), ...place], { home }),
  )
  onTestFinished(async () => {
    for (const worker of workers) worker.process.kill('SIGTERM')
    await Promise.all(workers.map(({ ended }) => ended))
  })
  await Promise.all(workers.map(untilReady))
}

test('every example runs beside the demo in one database', async () => {
  expect(await runDemo()).toMatchObject({ code: 0, stderr: '' })
  await runExamples()
})

test('the demo runs where every example ran before, in a database of the same server', async () => {
  const place = ['--database', 'examples first']
  await runExamples(...place)
  const { code, stdout, stderr } = await runDemo(...place)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain("drover list --limit 50 --database 'examples first'")
  const { stdout: ids } = await runDrover(['list', '-o', 'ids', ...place], { home })
  expect(ids.trimEnd().split('\n')).toHaveLength(1)
})
