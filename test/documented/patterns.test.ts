import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const patterns = path.join(import.meta.dirname, '../../examples/patterns')

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace()
})

afterAll(() => place.remove())

const appOf = (name: string) => ['--app', path.join(patterns, `${name}.js`)]
const resultOf = (text: string) => JSON.parse(text)

test('a staged pipeline says how far it is', async () => {
  const { code, stdout } = await place.run('run', 'pipeline', '3', '--id', 'pipeline', ...appOf('pipeline'))
  expect({ code, result: resultOf(stdout) }).toEqual({ code: 0, result: { items: 3, sum: 48 } })
  expect((await place.drover('events', 'pipeline', 'progress')).stdout).toContain('"done": 3')
})

test('an order goes on when it is paid', async () => {
  const order = place.start('run', 'order', '42', '--id', 'order', ...appOf('payment'))
  await place.reached('order', 'message')
  await place.drover('send', 'order', '{"paid": true}', '--topic', 'payment')
  const { code, stdout } = await order.ended
  expect({ code, result: resultOf(stdout) }).toEqual({ code: 0, result: { amount: 42, status: 'paid' } })
})

test('tokens come one by one, and all of them in order', async () => {
  const writing = place.start('run', 'write', 'a haiku', '--id', 'haiku', ...appOf('tokens'))
  await place.reached('haiku', 'stream:tokens')
  const { stdout } = await place.drover('stream', 'haiku', 'tokens', '--follow', '-o', 'jsonl')
  const words = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).value)
  expect(words.join(' ')).toMatch(/^You asked for a haiku\. Rows wait .* moves on\.$/)
  expect(resultOf((await writing.ended).stdout)).toEqual({ tokens: words.length })
})

test('a load stops between two batches when it is told to, and keeps what it has', async () => {
  const load = place.start('run', 'etl', '1000', '--id', 'load', ...appOf('etl'))
  await place.reached('load', 'event:progress')
  await place.drover('send', 'load', '"enough"', '--topic', 'cancel')
  const { code, stdout } = await load.ended
  const { loaded, stopped } = resultOf(stdout)
  expect({ code, stopped }).toEqual({ code: 0, stopped: 'enough' })
  expect(loaded).toBeGreaterThan(0)
  expect(loaded).toBeLessThan(1000)
})

test('an agent asks, and goes on with the answer', async () => {
  const agent = place.start('run', 'agent', 'the dishes', '--id', 'agent', ...appOf('agent'))
  await place.reached('agent', 'message')
  await place.drover('approve', 'agent', '--comment', 'carefully')
  const { stdout } = await agent.ended
  expect(resultOf(stdout)).toMatchObject({
    done: [expect.any(String), 'do it: the dishes'],
    because: 'carefully',
  })
})

test('tasks go to publishers by name, and what fails is collected', async () => {
  const { stdout } = await place.run('run', 'publishAll', '20', ...appOf('publisher'))
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
  await place.drover('start', 'publish', '0', ...named, '--id', 'poison')
  for (let round = 0; round < 2; round++) {
    const victim = place.start('worker', ...appOf('publisher'))
    await victim.ended
    expect(victim.process.signalCode).toBe('SIGKILL')
  }
  const last = place.start('worker', ...appOf('publisher'))
  expect((await place.drover('wait', 'poison')).code).toBe(7)
  last.process.kill('SIGTERM')
  expect((await last.ended).code).toBe(0)
  const { stdout } = await place.drover('explain', 'poison')
  expect(stdout).toContain('DBOS gave it up after 3 attempts: each time the process died or let go of it.')
})
