import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createAppFolder } from '../support/app-folder.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Host, startHost } from './host-process.ts'

/** Modules that await something before they register, configure and launch. */
let database: TestDatabase
let appFolder: Awaited<ReturnType<typeof createAppFolder>>
const hosts: Host[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  appFolder = await createAppFolder()
  await write('package.json', '{"name": "package-name"}')
  await write(
    'tsconfig.json',
    `{ "compilerOptions": { "module": "commonjs", "target": "es2022", "experimentalDecorators": true,
       "paths": { "@shop/*": ["./libs/*/src"] } } }`,
  )
})

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()))
})

afterAll(async () => {
  await appFolder?.remove()
  await database?.drop()
})

async function write(file: string, text: string): Promise<void> {
  const target = path.join(appFolder.path, file)
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, text)
}

async function host(file: string, options: Partial<Parameters<typeof startHost>[1]> = {}): Promise<Host> {
  const started = await startHost(file, { cwd: appFolder.path, ...options })
  hosts.push(started)
  return started
}

const setConfig = `DBOS.setConfig({
  name: 'greetings', applicationVersion: 'pinned', systemDatabaseUrl: 'postgresql://nobody@127.0.0.1:1/nowhere',
})`
const dbos = `import { DBOS, ConfiguredInstance } from '@dbos-inc/dbos-sdk'`
const hello = `DBOS.registerWorkflow(async (who) => 'hello ' + who, { name: 'hello' })`
const pause = 'await new Promise((resolve) => setTimeout(resolve, 100))'
const greeter = `
class Greeter extends ConfiguredInstance {
  @DBOS.workflow() async hello(who: string) { return this.name + ' says hello ' + who }
}`

async function run(started: Host, name: string, instance?: string): Promise<unknown> {
  const workflowId = `${name}-${Math.random()}`
  await started.start({ name, workflowId, args: ['bob'], instance })
  const row = await waitUntil(
    `${name} ended`,
    async () => {
      const [found] = await database.query(
        `select output.output from dbos.workflow_output output join dbos.workflow_status using (workflow_uuid)
         where workflow_uuid = $1 and status = 'SUCCESS'`,
        [workflowId],
      )
      return found
    },
    60_000,
  )
  return JSON.parse(String(row.output)).json
}

const cases: [what: string, files: Record<string, string>, entry: string, instance?: string][] = [
  [
    'makes its instance after an await, in TypeScript of a CommonJS package',
    {
      'instance.ts': `${dbos}\n${greeter}\nasync function main() { ${pause}; new Greeter('main'); ${setConfig}; await DBOS.launch() }\nvoid main()`,
    },
    'instance.ts',
    'main',
  ],
  [
    'imports its workflows dynamically, in TypeScript of a CommonJS package',
    {
      'workflows.ts': `${dbos}\n${hello}`,
      'dynamic.ts': `${dbos}\nasync function main() { await import('./workflows'); ${setConfig}; await DBOS.launch() }\nvoid main()`,
    },
    'dynamic.ts',
  ],
  [
    'imports its workflows dynamically, through a path alias',
    {
      'libs/orders/src/index.ts': `${dbos}\n${hello}`,
      'aliased.ts': `${dbos}\nasync function main() { await import('@shop/orders'); ${setConfig}; await DBOS.launch() }\nvoid main()`,
    },
    'aliased.ts',
  ],
  [
    'registers in a function that is called after two awaits, in an ES module',
    {
      'late.mjs': `${dbos}\nconst register = () => ${hello}\nasync function main() { ${pause}; await null; register(); ${setConfig}; await DBOS.launch() }\nvoid main()`,
    },
    'late.mjs',
  ],
  [
    'awaits its launch at the top level, after an await',
    {
      'top.mts': `${dbos}\n${pause}\n${hello}\n${setConfig}\nawait DBOS.launch()`,
    },
    'top.mts',
  ],
  [
    'registers on import and configures after an await, in CommonJS',
    {
      'configured.cjs': `const { DBOS } = require('@dbos-inc/dbos-sdk')\n${hello}\nasync function main() { ${pause}; ${setConfig}; await DBOS.launch() }\nmain()`,
    },
    'configured.cjs',
  ],
]

test.each(cases)('a module that %s runs as what it says', async (_, files, entry, instance) => {
  for (const [file, text] of Object.entries(files)) await write(file, text)
  const app = await host(entry, { wanted: { name: 'hello' } })
  expect(app.loaded).toMatchObject({ configuredName: 'greetings', configuredVersion: 'pinned' })
  expect(app.loaded.workflows).toMatchObject([{ name: 'hello', instances: instance ? [instance] : [] }])
  await app.launch({ database: database.target })
  expect(await run(app, 'hello', instance)).toBe(instance ? 'main says hello bob' : 'hello bob')
  expect(app.logs.filter(({ line }) => line.includes('was not available for recovery'))).toEqual([])
})

test('a module that stays busy and never registers what is wanted is told by its name, with what it registers', async () => {
  await write('never.mjs', `${dbos}\n${hello}\nsetInterval(() => {}, 1000)\nasync () => DBOS.launch()`)
  const app = await host('never.mjs', { wanted: { name: 'bye' }, launchTimeoutMs: 50 })
  expect(app.notices).toEqual([
    'warning: never.mjs did not call DBOS.launch within 0.05 s: it does not register "bye" yet, only hello.',
  ])
})

test('a module that only registers, and keeps a connection or a timer open, is not waited for', async () => {
  await write('busy.mjs', `${dbos}\n${hello}\nsetInterval(() => {}, 1000)`)
  const app = await host('busy.mjs', { wanted: { name: 'hello' } })
  expect(app.loaded.workflows).toMatchObject([{ name: 'hello' }])
  expect(app.notices).toEqual([])
})

test('a module with nothing left to do is not waited for, whatever it lacks', async () => {
  await write('idle.mjs', `${dbos}\n${hello}`)
  expect((await host('idle.mjs', { wanted: { name: 'bye' } })).notices).toEqual([])
})
