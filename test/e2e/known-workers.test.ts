import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { ourModules } from '../support/app-folder.ts'
import { createDatabaseAndHome, type DatabaseAndHome } from '../support/database-and-home.ts'
import { type DroverProcess, startDrover, untilReady } from '../support/drover-process.ts'
import { patience } from '../support/patience.ts'
import { runCli } from '../support/run-cli.ts'
import { waitUntil } from '../support/wait-until.ts'

/** None of them pins a version, and none has ever run there. */
const modules = {
  'greetings.mjs': `import { DBOS } from '@dbos-inc/dbos-sdk'
DBOS.setConfig({ name: 'greetings' })
DBOS.registerWorkflow(async (who) => 'hello ' + who, { name: 'hello' })
DBOS.registerWorkflow(async () => 'bye', { name: 'goodbye' })
`,
  'bank.mjs': `import { ConfiguredInstance, DBOS } from '@dbos-inc/dbos-sdk'
DBOS.setConfig({ name: 'bank' })
DBOS.registerWorkflow(async (who) => 'the bank says hello ' + who, { name: 'hello' })
class Vault extends ConfiguredInstance {
  async initialize() {}
  async open() { return this.name + ' is open' }
}
const opening = Object.getOwnPropertyDescriptor(Vault.prototype, 'open')
Object.defineProperty(Vault.prototype, 'open', DBOS.workflow()(Vault.prototype, 'open', opening))
const { registerAndWrapDBOSFunctionByName } = DBOS
new Vault('north')
`,
}

let place: DatabaseAndHome
const stores: Store[] = []
const workers: DroverProcess[] = []

beforeEach(async () => {
  place = await createDatabaseAndHome({ own: false })
  await mkdir(path.join(place.home, 'app'))
  await symlink(ourModules, path.join(place.home, 'app/node_modules'))
  for (const [name, source] of Object.entries(modules)) {
    await writeFile(path.join(place.home, 'app', name), source)
  }
})

afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.process.kill('SIGKILL')
    await worker.ended
  }
  await Promise.all(stores.splice(0).map((store) => store.close()))
  await place.remove()
})

async function startWorker(name: keyof typeof modules, ...flags: string[]): Promise<DroverProcess> {
  const worker = startDrover(['worker', '--app', path.join(place.home, 'app', name), ...flags], {
    home: place.home,
    env: { DROVER_DB_URL: place.database.target.url },
  })
  workers.push(worker)
  await untilReady(worker)
  return worker
}

/** In this process, where it may wait for answers as long as a slow machine takes. */
async function drover(args: readonly string[], answerPatienceMs = patience()) {
  const store = await openStore(place.database.target, { answerPatienceMs })
  stores.push(store)
  return runCli(args, { store, now: new Date() })
}

const versionOf = (worker: DroverProcess) => /, version (\S+),/.exec(worker.stderr())?.[1] ?? ''

test("drover's own worker is known as what it is in a database that drover did not create", async () => {
  const version = versionOf(await startWorker('greetings.mjs'))
  expect(version).toMatch(/^[0-9a-f]{32}$/)
  expect(JSON.parse((await drover(['workers', '-o', 'json'])).stdout)).toMatchObject([
    { application: 'greetings', version, state: 'live' },
  ])
  expect(JSON.parse((await drover(['versions', '-o', 'json'])).stdout)).toMatchObject([
    { application: 'greetings', version, workers: 1, unsureWorkers: 0 },
  ])

  const started = await drover(['start', 'hello', 'ada', '--strict', '--wait'])
  expect(started).toMatchObject({ code: 0, stdout: '"hello ada"\n' })
  expect(started.stderr).toContain(`greetings, version ${version}, queue _dbos_internal_queue`)
  expect(started.stderr).not.toContain('warning')

  const elsewhere = ['start', 'hello', 'ada', '--application', 'greetings', '--app-version', '9.9.9']
  expect(await drover([...elsewhere, '--strict', '--id', 'refused'])).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('of version 9.9.9, which no live worker runs; they run '),
  })
  expect((await drover([...elsewhere, '--id', 's9'])).code).toBe(0)
  const explained = JSON.parse((await drover(['explain', 's9', '-o', 'json'])).stdout)
  expect(explained).toMatchObject({ cause: 'version-gone', also: [] })
  expect(explained.fix.map(({ command }: { command: string }) => command)).toEqual([
    expect.stringMatching(/^drover worker .*--application greetings --app-version 9\.9\.9 --join$/),
    `drover recover s9 --to-version ${version}`,
  ])
  expect((await drover(['recover', 's9', '--to-version', version, '--grace', '10ms'])).code).toBe(0)
  expect(await drover(['wait', 's9'])).toMatchObject({ code: 0, stdout: '"hello ada"\n' })
})

test('the application, the class and the instance are those of who registers the name', async () => {
  await startWorker('greetings.mjs')
  await startWorker('bank.mjs')
  expect(await drover(['start', 'goodbye', '--wait'])).toMatchObject({ code: 0, stdout: '"bye"\n' })
  const opened = await drover(['start', 'open', '--strict', '--wait'])
  expect(opened).toMatchObject({ code: 0, stdout: '"north is open"\n' })
  expect(opened.stderr).toContain('Vault.open of north, bank, version ')

  const both = await drover(['start', 'hello', 'ada'])
  expect(both).toMatchObject({ code: 2, stdout: '' })
  expect(both.stderr).toContain('Several applications register "hello".')
  expect(both.stderr).toMatch(/--application: (greetings, bank|bank, greetings); drover start --help\n/)

  const mistyped = await drover(['start', 'goodby', '--application', 'greetings', '--strict'])
  expect(mistyped).toMatchObject({ code: 9, stdout: '' })
  expect(mistyped.stderr).toContain('No live worker of greetings registers "goodby". Was goodbye meant?')
  const misplaced = await drover(['start', 'open', '--application', 'greetings', '--strict'])
  expect(misplaced.stderr).toContain(
    'No live worker of greetings registers "Vault.open"; workers of bank do.',
  )
  expect(misplaced.stderr).toContain('hint: --application bank')
})

test('a worker that is stopped is not known to register nothing, nor to poll nothing', async () => {
  const worker = await startWorker('greetings.mjs')
  worker.process.kill('SIGSTOP')
  try {
    const start = ['start', 'hello2', '--application', 'greetings', '--strict', '--id', 'later']
    const started = await drover(start, 100)
    expect(started).toMatchObject({ code: 0, stdout: 'later\n' })
    expect(started.stderr).toContain('No recent workflow there is named "hello2".')
    await waitUntil('it is late', async () => {
      const { cause } = JSON.parse((await drover(['explain', 'later', '-o', 'json'], 100)).stdout)
      expect(['due', 'not-taken', 'executor-silent']).toContain(cause)
      return cause !== 'due'
    })
  } finally {
    worker.process.kill('SIGCONT')
  }
})
