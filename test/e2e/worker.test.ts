import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startDrover, untilReady } from '../support/drover-process.ts'
import { startGateProxy } from '../support/gate-proxy.ts'
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

test('an orchestrator sees a worker become ready, lose its database and get it back, and stop in order', async () => {
  const gate = await startGateProxy()
  onTestFinished(() => gate.close())
  const args = ['worker', '--app', 'drover:demo', '--health-port', '0', '--drain-timeout', '1h']
  const env = { DROVER_DB_URL: gate.urlOf(place.database.target.url) }
  const worker = startDrover(args, { home: place.home, env })
  const port = await waitUntil('it says its port', () => /on port (\d+)\./.exec(worker.stderr())?.[1])
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
  const becomes = (ready: number) =>
    waitUntil(`/readyz is ${ready}`, async () => (await status('/readyz')) === ready)
  expect(await status('/healthz')).toBe(200)
  await untilReady(worker)
  await becomes(200)
  gate.shut()
  await becomes(503)
  expect(await status('/healthz')).toBe(200)
  gate.open()
  await becomes(200)
  await place.drover('start', 'approvalWorkflow', '1', '3600', '--id', 'drained')
  await place.reached('drained', 'message')
  worker.process.kill('SIGTERM')
  await waitUntil('it stops taking', () => worker.stderr().includes('Taking nothing new'))
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503])
  await place.drover('approve', 'drained', '--as', 'ada')
  expect((await worker.ended).code).toBe(0)
  await expect(status('/healthz')).rejects.toThrow('fetch failed')
})

test('a port for probes that is in use is one sentence and 69, and nothing was launched', async () => {
  const server = createServer().listen(0, '0.0.0.0')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { code, stderr } = await place.run('worker', '--app', 'drover:demo', '--health-port', String(port))
  expect([code, stderr]).toEqual([
    69,
    `error: 0.0.0.0:${port} is in use by another process.\n` +
      `hint: drover worker --health-port ${port < 65_535 ? port + 1 : 8000}   # with what else was there\n`,
  ])
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
