import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDrover, startDrover, untilReady } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

let home: string

beforeAll(async () => {
  home = await createHome()
})

afterAll(() => removeHome(home))

test('a worker that is asked to stop lets what runs end, takes nothing new, and leaves in order', async () => {
  const worker = startDrover(['worker', '--app', 'drover:demo', '--drain-timeout', '20s'], { home })
  await untilReady(worker)
  await runDrover(['start', 'eventsWorkflow', '4', '300', '--id', 'running'], { home })
  await runDrover(['wait', 'running', '--for', 'event:progress'], { home })
  worker.process.kill('SIGTERM')
  await waitUntil('it stops taking', () => worker.stderr().includes('Taking nothing new'))
  await runDrover(['start', 'eventsWorkflow', '1', '--id', 'late'], { home })
  expect((await worker.ended).code).toBe(0)
  const { stdout } = await runDrover(['list', '--columns', 'id,status', '--sort', 'oldest'], { home })
  expect(stdout).toBe('running\tSUCCESS\nlate\tENQUEUED\n')
})

test('a limit of a queue is not mistaken for one of the worker', async () => {
  const { code, stderr } = await runDrover(['worker', '--app', 'drover:demo', '--concurrency', '2'], { home })
  expect(code).toBe(2)
  expect(stderr).toContain('drover queues set NAME --worker-concurrency 2')
})

test('a queue that nobody registered is said, and polled once somebody did', async () => {
  const worker = startDrover(['worker', '--app', 'drover:demo', '--queues', 'later'], { home })
  await untilReady(worker)
  expect(worker.stderr()).toContain('warning: No queue "later" is registered there')
  const hint = /hint: drover (queues create .*)/.exec(worker.stderr())?.[1] ?? ''
  expect(await runDrover(hint.split(' '), { home })).toMatchObject({ code: 0 })
  await runDrover(['start', 'eventsWorkflow', '1', '0', '--queue', 'later', '--id', 'by-queue'], { home })
  expect(await runDrover(['wait', 'by-queue'], { home })).toMatchObject({ code: 0 })
  worker.process.kill('SIGTERM')
  await worker.ended
})
