import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { installApp, ourModules } from '../support/app-folder.ts'
import { type DroverProcess, startDrover, untilReady } from '../support/drover-process.ts'
import { lendStore } from '../support/lend-store.ts'
import { runCli } from '../support/run-cli.ts'
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
  const config = JSON.stringify({ app, workflows: { order: profile } })
  const drover = (...args: string[]) =>
    runCli(args, {
      store: lendStore(place.store),
      files: { '/project/drover.config.json': config },
      now: new Date(),
    })
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

/** An application in CommonJS, as most are written, with what its tsconfig says of decorators. */
async function installDecorated(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = path.join(place.home, 'pkg')
  const compilerOptions = {
    module: 'commonjs',
    target: 'es2022',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
  }
  await mkdir(folder)
  await symlink(ourModules, path.join(folder, 'node_modules'))
  await writeFile(path.join(folder, 'package.json'), '{"name": "pkg-name"}')
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text)
  return path.join(folder, 'app.ts')
}

const launchLate = `
  DBOS.setConfig({ name: 'greetings', systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL })
  await DBOS.launch()
}
void main()`

test('what is made and launched after an await runs as the application that it says it is', async () => {
  const instance = await installDecorated({
    'app.ts': `import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk'
class Greeter extends ConfiguredInstance {
  @DBOS.workflow()
  async greet(who: string) {
    return await DBOS.runStep(async () => \`hello \${who}\`, { name: 'say' })
  }
}
async function main() {
  await new Promise((resolve) => setTimeout(resolve, 300))
  new Greeter('main')${launchLate}`,
    'late.ts': `import { DBOS } from '@dbos-inc/dbos-sdk'
async function main() {
  await import('./workflows')${launchLate}`,
    'workflows.ts': `import { DBOS } from '@dbos-inc/dbos-sdk'
export const hello = DBOS.registerWorkflow(async (who: string) => \`hello \${who}\`, { name: 'hello' })`,
  })
  const late = path.join(path.dirname(instance), 'late.ts')
  for (const line of [
    ['greet', 'bob', '--app', instance],
    ['greet', 'bob', '--app', instance, '--instance', 'main'],
    ['hello', 'bob', '--app', late],
  ])
    expect(await place.run('run', ...line)).toMatchObject({ code: 0, stdout: '"hello bob"\n' })
  const { stdout } = await place.drover('list', '-o', 'json')
  const ran: readonly { readonly application: string }[] = JSON.parse(stdout)
  expect(ran.map(({ application }) => application)).toEqual(['greetings', 'greetings', 'greetings'])
})

test('beside the running application its port is taken, which is said with the way out', async () => {
  const app = await installDecorated({
    'app.ts': `import { createServer } from 'node:http'
import { DBOS } from '@dbos-inc/dbos-sdk'
export const hello = DBOS.registerWorkflow(async () => 'hello', { name: 'hello' })
async function main() {
  DBOS.setConfig({ name: 'web', systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL })
  await DBOS.launch()
  createServer((_, response) => response.end('ok')).listen(Number(process.env.PORT), '127.0.0.1')
}
void main()`,
  })
  const taken = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const env = { ...place.env, PORT: String(port) }
  const { code, stderr } = await startDrover(['worker', '--app', app], { home: place.home, env }).ended
  expect(code).toBe(9)
  expect(stderr).toMatch(new RegExp(`^error: .*port ${port}.* in use`, 'im'))
  expect(stderr).toContain('drover start')
  expect(stderr).not.toMatch(/^\s+at /m)
})
