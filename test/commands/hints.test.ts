import { expect, test } from 'vitest'
import type { App } from '../../src/core/run/runtime.ts'
import { withoutPassword } from '../../src/core/words/without-password.ts'
import { createStyle } from '../../src/render/style.ts'
import { changeLine } from '../../src/render/watch/change-line.ts'
import { createFakeStore } from '../support/fake-store.ts'
import { runCli } from '../support/run-cli.ts'

/** What a worker that is asked to stop says of what it leaves on the queue `mails` and on DBOS's own. */
async function leave(line: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const stop = new AbortController()
  const app: App = {
    specifier: './my app.js',
    configuredName: 'shop',
    configuredVersion: null,
    packageName: null,
    sdkVersion: '5.3.0',
    workflows: [{ name: 'nap', className: null, instances: [] }],
    launch: async ({ application, version = 'computed' }) => {
      stop.abort('SIGTERM')
      return {
        executorId: 'drover-1',
        application,
        version,
        start: async () => {},
        shutdown: async () => {},
      }
    },
  }
  const left = { name: 'nap', application: 'siesta', version: 'v7', executorId: 'drover-1' }
  const { stderr } = await runCli(['worker', '--app', './my app.js', ...line], {
    store: createFakeStore(
      [
        { ...left, workflowId: 'n-1' },
        { ...left, workflowId: 'n-2', queue: 'mails' },
      ],
      { own: false },
    ),
    app,
    env,
    interrupt: stop.signal,
  })
  return stderr.split('\n').filter((told) => told.startsWith('To finish'))
}

test('the worker that finishes what a worker left is the same one: application, version, queues and database', async () => {
  const url = 'postgres://ada:secret@db.example:5432/shop'
  const typed = [
    '--application',
    'siesta',
    '--queues',
    'jobs,orders',
    '--launch-timeout',
    '2m',
    '--db-url',
    url,
    '--schema',
    'flows',
  ]
  expect(await leave([...typed, '--app-version', 'v7', '--join'])).toEqual([
    "To finish them: drover worker --app './my app.js' --application siesta --app-version v7 --queues jobs,orders,mails --launch-timeout 2m --join --db-url postgres://ada@db.example:5432/shop --schema flows",
  ])
  const ours = ['--application', 'siesta', '--create-queue', 'jobs', '--concurrency', '2', '--queues', 'all']
  expect(await leave(ours, { DBOS__APPVERSION: 'v7' })).toEqual([
    "To finish them: drover worker --app './my app.js' --application siesta --app-version v7 --create-queue jobs --concurrency 2 --queues all",
  ])
})

const url = 'postgres://ada:secret@h/shop'
const place = '--db-url postgres://ada@h/shop --schema flows'

test.each([
  ['watch n-1 --timeout 10ms', `to come back: drover watch n-1 ${place}\n`],
  ['stream n-1 lines --follow --timeout 10ms', `drover stream n-1 lines --follow ${place}\n`],
  ['stream n-1 --follow --timeout 10ms', `drover stream n-1 --follow ${place}\n`],
  ['get n-2', `hint: drover list ${place}\n`],
  ['result n-1', `hint: drover wait n-1 ${place}\n`],
  ['wait n-1 --for message --timeout 10ms', `${place}   # runs a worker`],
  ['inbox -o json --watch', `drover inbox --watch -o jsonl ${place}"`],
  ['queues set mails', `drover queues set --help ${place}\n`],
  ['start other --application shop --app-version v1', `--app-version v1 ${place}`],
])('what "%s" says to type next is typed on the same database', async (line, hint) => {
  const store = createFakeStore([{ workflowId: 'n-1', application: 'shop' }], { own: false })
  const { stderr } = await runCli(`${line} --db-url ${url} --schema=flows`, { store })
  expect(stderr).toContain(hint)
  expect(stderr).not.toContain('secret')
})

test('the commands on the screens of explain, doctor, get and watch carry the database, too', async () => {
  const asks = [{ event: 'awaiting:ship', value: { prompt: 'Ship it?' } }, { recv: 'ship' }]
  const workflow = { workflowId: 'n-1', application: 'shop', did: asks }
  const options = { store: createFakeStore([workflow], { own: false }) }
  for (const line of ['explain n-1', 'explain n-1 -o json', 'doctor', 'doctor -o json', 'get n-1']) {
    const { stdout } = await runCli(`${line} --schema flows`, options)
    const commands = stdout.match(/drover (?!processes)[a-z]+ .*/g) ?? []
    expect(commands.length, line).toBeGreaterThan(0)
    for (const command of commands) expect(command).toContain(' --schema flows')
  }
  const waits = await options.store.waits(['n-1'])
  const databaseFlags = ['--schema', 'flows']
  const at = new Date('2026-01-02T03:05:05Z')
  const change = { type: 'waits', workflowId: 'n-1', cursor: '', at, waits } as const
  expect(changeLine(change, { style: createStyle(0), showId: false, databaseFlags })).toMatch(
    /drover approve n-1#\d+ --schema flows$/,
  )
})

test('an application with SDK 4 is told to start itself, and never drover worker', async () => {
  const store = createFakeStore(
    [{ workflowId: 'queued', status: 'ENQUEUED', queue: 'jobs', application: 'old', version: 'v1' }],
    { own: false, isBeforeSdk5: true, queues: ['jobs'] },
  )
  for (const line of ['explain queued', 'start other --application old --app-version v1 --queue jobs']) {
    const { stdout, stderr } = await runCli(line, { store })
    expect(stdout + stderr).toContain("npm start   # the application's own start")
    expect(stdout + stderr).not.toContain('drover worker --')
  }
})

test.each([
  ['postgres://ada:secret@h/x', 'postgres://ada@h/x'],
  ['postgresql://ada:se:cr%40et@/x?host=/run', 'postgresql://ada@/x?host=/run'],
  ['postgres://h/x?user=ada&password=secret&ssl=1', 'postgres://h/x?user=ada&ssl=1'],
  ['postgres://h/x?password=secret', 'postgres://h/x'],
  ['postgres://ada@h/x', 'postgres://ada@h/x'],
  ['postgres://ada@h/x?p%61ssword=secret&sslpassword=secret', 'postgres://ada@h/x'],
  ['ada:secret@h/x', 'postgres://USER@HOST/DATABASE'],
  ['host=h password=secret', 'postgres://USER@HOST/DATABASE'],
  ['postgres://ada:secret@h:54:32/x', 'postgres://USER@HOST/DATABASE'],
  ['postgres://ada:se@cret@h/x', 'postgres://ada@h/x'],
])('%s in a command to type has no password', (url, shown) => {
  expect(withoutPassword(url)).toBe(shown)
})

test.each([
  'postgres://app:/9uTopSecret@db.internal:5432/shop',
  'postgres://app:7/9uTopSecret@127.0.0.1:5432/shop',
  'postgres://app:7?9uTopSecret@127.0.0.1:5432/shop',
  'postgres://app:7#9uTopSecret@127.0.0.1:5432/shop',
])('of %s, which cannot be read with certainty, nothing is printed', async (url) => {
  for (const line of ['list', 'list -o json', 'config', 'config -o json', 'doctor', 'list --lmit 3', 'get'])
    for (const run of [
      await runCli([...line.split(' '), '--db-url', url]),
      await runCli(line, { env: { DROVER_DB_URL: url } }),
    ]) {
      expect({ line, code: run.code }).toEqual({ line, code: 2 })
      expect(run.stdout + run.stderr).not.toMatch(/TopSecret|db\.internal|app:/)
    }
})
