import { afterAll, beforeAll, expect, test } from 'vitest'
import { untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace()
})

afterAll(() => place.remove())

test('a worker that is asked to stop lets what runs end, takes nothing new, and leaves in order', async () => {
  const worker = place.start('worker', '--app', 'drover:demo', '--drain-timeout', '1h')
  await untilReady(worker)
  await place.drover('start', 'eventsWorkflow', '4', '300', '--id', 'running')
  await place.drover('wait', 'running', '--for', 'event:progress')
  worker.process.kill('SIGTERM')
  await waitUntil('it stops taking', () => worker.stderr().includes('Taking nothing new'))
  await place.drover('start', 'eventsWorkflow', '1', '--id', 'late')
  expect((await worker.ended).code).toBe(0)
  const { stdout } = await place.drover('list', '--columns', 'id,status', '--sort', 'oldest')
  expect(stdout).toBe('running\tSUCCESS\nlate\tENQUEUED\n')
})

test('a limit of a queue is not mistaken for one of the worker', async () => {
  const { code, stderr } = await place.run('worker', '--app', 'drover:demo', '--concurrency', '2')
  expect(code).toBe(2)
  expect(stderr).toContain('drover queues set NAME --worker-concurrency 2')
})

test('a queue that nobody registered is said, and polled once somebody did', async () => {
  const worker = place.start('worker', '--app', 'drover:demo', '--queues', 'later')
  await untilReady(worker)
  expect(worker.stderr()).toContain('warning: No queue "later" is registered there')
  const hint = /hint: drover (queues create .*)/.exec(worker.stderr())?.[1] ?? ''
  expect(await place.drover(...hint.split(' '))).toMatchObject({ code: 0 })
  await place.drover('start', 'eventsWorkflow', '1', '0', '--queue', 'later', '--id', 'by-queue')
  expect(await place.drover('wait', 'by-queue')).toMatchObject({ code: 0 })
  worker.process.kill('SIGTERM')
  await worker.ended
})
