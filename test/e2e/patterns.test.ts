import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDrover, startDrover } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

const patterns = path.join(import.meta.dirname, '../../examples/patterns')

let home: string

beforeAll(async () => {
  home = await createHome()
})

afterAll(() => removeHome(home))

const drover = (...args: readonly string[]) => runDrover(args, { home })
const appOf = (name: string) => ['--app', path.join(patterns, `${name}.js`)]
/** Waiting for a workflow that is not there yet would end at once. */
async function waitFor(id: string, condition: string): Promise<void> {
  await waitUntil(`${id} has begun`, async () => (await drover('get', id)).code === 0)
  await drover('wait', id, '--for', condition, '--timeout', '20s')
}

const resultOf = (text: string) => JSON.parse(text)

test('a staged pipeline says how far it is', async () => {
  const { code, stdout } = await drover('run', 'pipeline', '3', '--id', 'pipeline', ...appOf('pipeline'))
  expect({ code, result: resultOf(stdout) }).toEqual({ code: 0, result: { items: 3, sum: 48 } })
  expect((await drover('events', 'pipeline', 'progress')).stdout).toContain('"done": 3')
})

test('an order goes on when it is paid', async () => {
  const order = startDrover(['run', 'order', '42', '--id', 'order', ...appOf('payment')], { home })
  await waitFor('order', 'message')
  await drover('send', 'order', '{"paid": true}', '--topic', 'payment')
  const { code, stdout } = await order.ended
  expect({ code, result: resultOf(stdout) }).toEqual({ code: 0, result: { amount: 42, status: 'paid' } })
})

test('tokens come one by one, and all of them in order', async () => {
  const writing = startDrover(['run', 'write', 'a haiku', '--id', 'haiku', ...appOf('tokens')], { home })
  await waitFor('haiku', 'stream:tokens')
  const { stdout } = await drover('stream', 'haiku', 'tokens', '--follow', '-o', 'jsonl')
  const words = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).value)
  expect(words.join(' ')).toMatch(/^You asked for a haiku\. Rows wait .* moves on\.$/)
  expect(resultOf((await writing.ended).stdout)).toEqual({ tokens: words.length })
})

test('a load stops between two batches when it is told to, and keeps what it has', async () => {
  const load = startDrover(['run', 'etl', '1000', '--id', 'load', ...appOf('etl')], { home })
  await waitFor('load', 'event:progress')
  await drover('send', 'load', '"enough"', '--topic', 'cancel')
  const { code, stdout } = await load.ended
  const { loaded, stopped } = resultOf(stdout)
  expect({ code, stopped }).toEqual({ code: 0, stopped: 'enough' })
  expect(loaded).toBeGreaterThan(0)
  expect(loaded).toBeLessThan(1000)
})

test('an agent asks, and goes on with the answer', async () => {
  const agent = startDrover(['run', 'agent', 'the dishes', '--id', 'agent', ...appOf('agent')], { home })
  await waitFor('agent', 'message')
  await drover('approve', 'agent', '--comment', 'carefully')
  const { stdout } = await agent.ended
  expect(resultOf(stdout)).toMatchObject({
    done: [expect.any(String), 'do it: the dishes'],
    because: 'carefully',
  })
})

test('tasks go to publishers by name, and what fails is collected', async () => {
  const { stdout } = await drover('run', 'publishAll', '20', ...appOf('publisher'))
  expect(resultOf(stdout)).toEqual({
    tasks: 20,
    published: { publisher1: 9, publisher2: 9 },
    errors: [
      { task: 7, error: 'task 7 has no address' },
      { task: 14, error: 'task 14 has no address' },
    ],
  })
})

test('a task that kills its worker each time ends dead, and explain says so', async () => {
  const named = ['--class', 'Publisher', '--instance', 'publisher1', '--application', 'publishers']
  await drover('start', 'publish', '0', ...named, '--id', 'poison')
  for (let round = 0; round < 2; round++) {
    const victim = startDrover(['worker', ...appOf('publisher')], { home })
    await victim.ended
    expect(victim.process.signalCode).toBe('SIGKILL')
  }
  const last = startDrover(['worker', ...appOf('publisher')], { home })
  expect((await drover('wait', 'poison', '--timeout', '20s')).code).toBe(7)
  last.process.kill('SIGTERM')
  expect((await last.ended).code).toBe(0)
  const { stdout } = await drover('explain', 'poison')
  expect(stdout).toContain('DBOS gave it up after 3 attempts: each time the process died or let go of it.')
}, 60_000)
