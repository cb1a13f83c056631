import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { installApp } from '../support/app-folder.ts'
import { type DroverProcess, untilReady } from '../support/drover-process.ts'
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
