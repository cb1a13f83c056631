import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { type DroverProcess, untilReady } from '../support/drover-process.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

/** Applications in a database that drover did not create, which drover runs as they run themselves. */
let place: Workplace
const workers: DroverProcess[] = []

beforeEach(async () => {
  place = await createWorkplace({ own: false })
})

afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.process.kill('SIGKILL')
    await worker.ended
  }
  await place.remove()
})

test('an application that pins its version runs as that one, and takes what is enqueued for it', async () => {
  const app = await installApp(
    place.home,
    'app.ts',
    `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.registerWorkflow(async (n: number) => n + 1, { name: 'plus' })
DBOS.registerWorkflow(async () => {
  const to = { queueName: 'work', workflowName: 'plus', appVersion: 'pinned-v1' }
  return await (await DBOS.enqueueWorkflowWithOptions<number>(to, 41)).getResult()
}, { name: 'parent' })
async function main() {
  DBOS.setConfig({
    name: 'pinned', systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL, applicationVersion: 'pinned-v1',
  })
  await DBOS.launch()
  await DBOS.registerQueue('work')
}
void main()`,
  )
  const ran = await place.run('run', 'parent', '--app', app, '--queues', 'all')
  expect(ran).toMatchObject({ code: 0, stdout: '42\n' })
  expect(JSON.parse((await place.drover('versions', '-o', 'json')).stdout)).toMatchObject([
    { application: 'pinned', version: 'pinned-v1', isLatest: true },
  ])
})

test('the worker that a stopped run names finishes what it left', async () => {
  const app = await installApp(
    place.home,
    'app.ts',
    `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.registerWorkflow(async () => {
  return await DBOS.recv('morning', 600)
}, { name: 'nap' })
DBOS.setConfig({ name: 'naps' })`,
  )
  const as = ['--application', 'siesta', '--app-version', 'v7', '--id', 'n-1', '--timeout', '1s']
  const stopped = await place.run('run', 'nap', '--app', app, ...as)
  expect(stopped.code).toBe(124)
  const [, command = ''] = /^To finish it: drover (.*)$/m.exec(stopped.stderr) ?? []
  const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\n' ${command}`])
  const worker = place.start(...stdout.trim().split('\n'))
  workers.push(worker)
  await untilReady(worker)
  expect(await place.drover('send', 'n-1', '"rested"', '--topic', 'morning')).toMatchObject({ code: 0 })
  expect(await place.drover('wait', 'n-1')).toMatchObject({ code: 0, stdout: '"rested"\n' })
})

test('the second gate is answered on its own topic, also where a profile of the name has another', async () => {
  const app = await installApp(
    place.home,
    'app.ts',
    `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.registerWorkflow(async () => {
  const decision = await DBOS.recv<{ approved: boolean }>('decision', 600)
  if (!decision?.approved) return 'rejected'
  const payment = await DBOS.recv<string>('payment', 600)
  return payment === 'paid' ? 'shipped' : 'declined'
}, { name: 'order' })
DBOS.setConfig({ name: 'orders' })`,
  )
  const profile = { topic: 'decision', approve: { approved: true }, reject: { approved: false } }
  await writeFile(
    path.join(place.home, 'drover.config.json'),
    JSON.stringify({ app, workflows: { order: profile } }),
  )
  const drover = (...args: string[]) => place.run(...args)
  const waits = (id: string, step: number) =>
    waitUntil(`${id} waits at step ${step}`, async () =>
      (await place.store.waits([id])).some((wait) => wait.step === step),
    )
  expect(await drover('audit', 'init')).toMatchObject({ code: 0 })
  const worker = place.start('worker', '--app', app)
  workers.push(worker)
  await untilReady(worker)

  await drover('start', 'order', '--id', 'o-1')
  await waits('o-1', 0)
  expect(await drover('approve', 'o-1#0', '--as', 'ann')).toMatchObject({ code: 0 })
  await waits('o-1', 2)
  expect(await drover('send', 'o-1', '"paid"', '--topic', 'payment')).toMatchObject({ code: 0 })
  expect(await drover('wait', 'o-1')).toMatchObject({ code: 0, stdout: '"shipped"\n' })

  await drover('start', 'order', '--id', 'o-2')
  await waits('o-2', 0)
  expect(await drover('approve', 'o-2#0', '--as', 'ann')).toMatchObject({ code: 0 })
  await waits('o-2', 2)
  const inbox = await drover('inbox', '-o', 'jsonl')
  expect(JSON.parse(inbox.stdout)).toMatchObject({ workflowId: 'o-2', step: 2, topic: 'payment' })
  expect((await drover('explain', 'o-2')).stdout).toContain('--topic payment')
  expect(await drover('approve', 'o-2#2', '--as', 'ann')).toMatchObject({ code: 2 })
  expect(await drover('send', 'o-2', '"paid"', '--topic', 'payment')).toMatchObject({ code: 0 })
  expect(await drover('wait', 'o-2')).toMatchObject({ code: 0, stdout: '"shipped"\n' })
})
