import { afterAll, beforeAll, expect, test } from 'vitest'
import { untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

test('ctrl-c stops in order, and the next one finishes', async () => {
  const args = ['run', 'approvalWorkflow', '3', '3600', '0', '--app', 'drover:demo', '--id', 'c1']
  const running = place.start(...args)
  await place.reached('c1', 'message')
  running.process.kill('SIGINT')
  const stopped = await running.ended
  expect(stopped).toMatchObject({ code: 130, stdout: '' })
  expect(stopped.stderr).toContain('Unfinished, and running nowhere now: c1')
  expect(stopped.stderr).toContain('drover worker --app drover:demo')
  const resumed = place.start(...args)
  await waitUntil('it runs again', async () => (await place.store.get('c1'))?.status === 'PENDING')
  expect(await place.drover('approve', 'c1')).toMatchObject({ code: 0 })
  const { code, stdout } = await resumed.ended
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', decision: 'approved' })
})

test('what is stopped beside a worker is said to be left to it', async () => {
  const worker = place.start('worker', '--app', 'drover:demo')
  await untilReady(worker)
  const args = (id: string) => [
    'run',
    'approvalWorkflow',
    '3',
    '3600',
    '0',
    '--app',
    'drover:demo',
    '--id',
    id,
  ]
  const left = 'left to the other processes of the application; to watch it: drover watch'
  const impatient = await place.run(...args('t1'), '--timeout', '1s')
  expect(impatient).toMatchObject({ code: 124, stderr: expect.stringContaining(`${left} t1\n`) })
  const running = place.start(...args('t2'))
  await place.reached('t2', 'message')
  running.process.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining(`${left} t2\n`) })
  await place.drover('cancel', 't1', 't2', '--yes')
  worker.process.kill('SIGTERM')
  await worker.ended
})
