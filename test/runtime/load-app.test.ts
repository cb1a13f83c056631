import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createAppFolder, ourModules } from '../support/app-folder.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/wait-until.ts'
import { type Host, startHost } from './host-process.ts'

const fixtures = path.join(import.meta.dirname, '../fixtures')
const shopWorkflows = [
  { name: 'checkout', className: 'Shop', instances: ['corner', 'mall'] },
  { name: 'quote', className: 'Shop', instances: [] },
]

let database: TestDatabase
let appFolder: Awaited<ReturnType<typeof createAppFolder>>
let folder: string
const hosts: Host[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  appFolder = await createAppFolder()
  folder = appFolder.path
})

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()))
})

afterAll(async () => {
  await appFolder?.remove()
  await database?.drop()
})

async function host(specifier: string, cwd = fixtures): Promise<Host> {
  const started = await startHost(specifier, { cwd })
  hosts.push(started)
  return started
}

async function run(started: Host, name: string, args: readonly unknown[], instance?: string) {
  const workflowId = `${name}-${Math.random()}`
  await started.start({ name, workflowId, args, instance })
  await waitUntil(`${name} ended`, async () => {
    const [row] = await database.query('select status from dbos.workflow_status where workflow_uuid = $1', [
      workflowId,
    ])
    return row?.status === 'SUCCESS'
  })
  const [row] = await database.query('select output from dbos.workflow_output where workflow_uuid = $1', [
    workflowId,
  ])
  return JSON.parse(String(row?.output)).json
}

test('a decorated TypeScript class in a CommonJS package runs with its own tsconfig', async () => {
  const shop = await host('decorated-app/shop.ts')
  expect(shop.loaded).toMatchObject({ configuredName: null, packageName: 'decorated-app' })
  expect(shop.loaded.workflows).toEqual(shopWorkflows)
  await shop.launch({ database: database.target })
  expect(await run(shop, 'quote', ['ham', 'eggs'])).toBe(7)
  expect(await run(shop, 'checkout', ['tea'], 'mall')).toEqual({ shop: 'mall (USD)', total: 3 })
  await expect(run(shop, 'checkout', ['tea'])).rejects.toMatchObject({
    code: 'instance-not-registered',
    hint: '--instance takes corner or mall',
  })
})

test('a decorated TypeScript class in an ES module package outside runs too', async () => {
  const app = path.join(folder, 'esm-app')
  await cp(path.join(fixtures, 'decorated-app'), app, { recursive: true })
  await writeFile(path.join(app, 'package.json'), '{"name":"esm-app","type":"module"}')
  const shop = await host('./shop.ts', app)
  expect(shop.loaded).toMatchObject({ packageName: 'esm-app', workflows: shopWorkflows })
  await shop.launch({ database: database.target })
  expect(await run(shop, 'quote', ['ham', 'eggs'])).toBe(7)
})

test('what the module and DBOS say stays away from stdout, and the process can leave', async () => {
  const talkative = await host('talkative.cjs')
  await talkative.launch({ database: database.target })
  expect(await run(talkative, 'greet', ['ada'])).toBe('hello ada')
  await talkative.shutdown()
  expect(await talkative.exit()).toBe(0)
  expect(talkative.output.stdout).toBe('')
  expect(talkative.output.stderr).toBe('said while loading\nsaid by the workflow\n')
  expect(talkative.logs).toContainEqual({ level: 'info', line: 'greeting ada' })
})

test('a module that launches itself is launched once, with our settings over its own', async () => {
  const app = await host('self-launching.mjs')
  expect(app.loaded).toMatchObject({ configuredName: 'self-launching' })
  expect(app.loaded.workflows.map(({ name }) => name)).toEqual(['greet', 'greetByQueue'])
  const launched = await app.launch({ database: database.target, version: 'edited@dev' })
  expect(launched).toEqual({
    executorId: expect.stringMatching(/^drover-[0-9a-f-]{36}$/),
    application: 'self-launching',
    version: 'edited@dev',
  })
  expect(await run(app, 'greetByQueue', [])).toBe('hello queue')
  expect(app.output.stderr).toBe('set up\n')
  expect(app.logs.filter(({ line }) => line === 'DBOS launched!')).toHaveLength(1)
})

test('a module that launches itself in an async main is launched once', async () => {
  const app = await host('launching-in-main.mjs')
  const { executorId } = await app.launch({ database: database.target })
  expect(await run(app, 'greet', ['main'])).toBe('hello main')
  expect(app.output.stderr).toBe(`launched as ${executorId}\n`)
  expect(app.logs.filter(({ line }) => line === 'DBOS launched!')).toHaveLength(1)
})

test('a module that registers nothing is refused with the reason', async () => {
  await expect(host('registers-nothing.mjs')).rejects.toMatchObject({
    code: 'app-registers-nothing',
    message: 'registers-nothing.mjs registers no workflow: it only exports almostAWorkflow.',
  })
})

test('a module whose workflows sit in a second copy of the SDK is refused with both copies', async () => {
  const library = path.join(folder, 'library')
  const copy = path.join(library, 'node_modules/@dbos-inc/dbos-sdk')
  await mkdir(path.dirname(copy), { recursive: true })
  await cp(path.join(ourModules, '@dbos-inc/dbos-sdk'), copy, { recursive: true })
  await cp(path.join(fixtures, 'talkative.cjs'), path.join(library, 'greet.cjs'))
  await writeFile(path.join(folder, 'app.cjs'), `require('./library/greet.cjs')`)
  await expect(host('app.cjs', folder)).rejects.toMatchObject({
    code: 'app-registers-nothing',
    message: expect.stringContaining(`another copy of the SDK (${copy}/dist/src/index.js)`),
  })
})

test('a module that throws is refused with what it threw, and where', async () => {
  await expect(host('throws.mjs')).rejects.toMatchObject({
    code: 'app-not-loadable',
    message: `throws.mjs cannot be loaded: no licence for the moon (${path.join(fixtures, 'throws.mjs')}:1).`,
    hint: 'with DEBUG=drover in the environment drover shows the whole stack',
  })
})

test('a module that cannot be loaded comes with what to do', async () => {
  const hintFor = async (text: string) => {
    await writeFile(path.join(folder, 'broken.mjs'), text)
    return await host('broken.mjs', folder).catch(({ hint }) => hint)
  }
  expect(await hintFor('const a = ;')).toBe(`node ${path.join(folder, 'broken.mjs')}   # shows where`)
  expect(await hintFor('import "no-such-package/part"')).toBe(`cd ${folder} && npm install no-such-package`)
})

test('a path without a module is refused', async () => {
  await expect(host('nowhere.ts')).rejects.toMatchObject({
    code: 'app-not-loadable',
    message: `There is no module ${path.join(fixtures, 'nowhere.ts')}.`,
  })
  await expect(host('decorated-app/package.json')).rejects.toMatchObject({ code: 'app-not-loadable' })
})

test('an app without the SDK, and one with an old SDK, are refused', async () => {
  const bare = await mkdtemp(path.join(os.tmpdir(), 'drover-bare-'))
  await writeFile(path.join(bare, 'app.mjs'), '')
  await expect(host('app.mjs', bare)).rejects.toMatchObject({
    code: 'sdk-not-found',
    hint: `cd ${bare} && npm install @dbos-inc/dbos-sdk`,
  })
  const sdk = path.join(bare, 'node_modules/@dbos-inc/dbos-sdk')
  await mkdir(sdk, { recursive: true })
  await writeFile(path.join(sdk, 'package.json'), '{"version":"4.27.6","main":"index.js"}')
  await writeFile(path.join(sdk, 'index.js'), '')
  await expect(host('app.mjs', bare)).rejects.toMatchObject({
    code: 'sdk-too-old',
    message: `${path.join(bare, 'app.mjs')} uses @dbos-inc/dbos-sdk 4.27.6; drover runs 5.0 and later.`,
  })
  await rm(bare, { recursive: true })
})

test('decorators without experimentalDecorators, and text that does not parse, are told as such', async () => {
  const app = path.join(folder, 'misconfigured')
  await cp(path.join(fixtures, 'decorated-app'), app, { recursive: true })
  await writeFile(path.join(app, 'tsconfig.json'), '{}')
  await expect(host('shop.ts', app)).rejects.toMatchObject({
    code: 'app-not-loadable',
    hint: 'set "experimentalDecorators": true in its tsconfig.json',
  })
  await writeFile(path.join(app, 'shop.ts'), 'const = 1')
  await expect(host('shop.ts', app)).rejects.toMatchObject({
    code: 'app-not-loadable',
    message: `shop.ts cannot be loaded: Transform failed with 1 error: ${app}/shop.ts:1:6: ERROR: Expected identifier but found "=".`,
  })
})
