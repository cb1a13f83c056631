import { exec } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { droverBin, runDrover, startDrover } from '../support/drover-process.ts'
import { listenLocally } from '../support/proxy-address.ts'
import { createReadyHome } from '../support/ready-home.ts'
import { createEmptyHome, stopAndRemoveHome } from '../support/throw-away-home.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

test('from nothing: a workflow runs, and its result alone is on stdout', async () => {
  const home = await createEmptyHome()
  onTestFinished(() => stopAndRemoveHome(home))
  const run = await runDrover(['run', 'eventsWorkflow', '5', '20', '--app', 'drover:demo'], { home })
  expect(run.code).toBe(0)
  expect(JSON.parse(run.stdout)).toHaveLength(5)
  expect(run.stderr).toContain('eventsWorkflow ended SUCCESS')
})

test('-o json is the workflow', async () => {
  const run = await place.run('run', 'eventsWorkflow', '1', '0', '--app', 'drover:demo', '-o', 'json')
  expect(JSON.parse(run.stdout)).toMatchObject({ name: 'eventsWorkflow', status: 'SUCCESS', input: [1, 0] })
})

test('an unknown workflow is 4, with the names that exist and the nearest', async () => {
  const run = await place.run('run', 'eventWorkflow', '--app', 'drover:demo')
  expect(run).toMatchObject({ code: 4, stdout: '' })
  expect(run.stderr).toContain('did you mean eventsWorkflow?')
  expect((await place.run('get', 'nope')).code).toBe(4)
})

test('a workflow that fails is 1, with the reason on stderr', async () => {
  const failed = await place.run('run', 'eventsWorkflow', '-1', '--app', 'drover:demo')
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toContain('n must be a positive integer, not -1')
})

test('a stream into a reader that leaves ends quietly', async () => {
  const database = await createTestDatabase()
  try {
    await database.query(
      `insert into dbos.workflow_status (workflow_uuid, status, name) values ('long', 'SUCCESS', 'x')`,
    )
    // More than a pipe and the reader hold: whoever writes it meets a pipe that nobody reads.
    await database.query(
      `insert into dbos.streams (workflow_uuid, key, "offset", value, serialization)
       select 'long', 'log', n, '"' || repeat('x', 100) || n || '"', 'portable_json' from generate_series(0, 9999) n`,
    )
    const { url } = database.target
    const { stdout, stderr } = await promisify(exec)(
      `'${process.execPath}' '${droverBin}' stream long log | head -1; echo "codes \${PIPESTATUS[@]}"`,
      { env: { ...process.env, DROVER_HOME: place.home, DROVER_DB_URL: url }, shell: 'bash' },
    )
    expect(stdout.split('\n')).toEqual([expect.stringMatching(/x0"?$/), 'codes 0 0', ''])
    expect(stderr).toBe('')
    const all = await place.run('stream', 'long', 'log', '--db-url', url)
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(10_000)
  } finally {
    await database.drop()
  }
})

test('a dead port is 69', async () => {
  const run = await place.run('list', '--db-url', 'postgres://127.0.0.1:1/x')
  expect(run).toMatchObject({ code: 69, stdout: '' })
})

test('a port that accepts and never answers is 69 within its timeout, and never a hang', async () => {
  const server = createServer()
  const port = await listenLocally(server)
  const accepted = once(server, 'connection')
  const url = `postgres://127.0.0.1:${port}/x`
  const run = await place.run('list', '--db-url', url, '--connect-timeout', '300ms')
  expect(run).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('within 300 ms') })
  const [socket] = await accepted
  socket.destroy()
  server.close()
})

test('an id in use is never a green build that tested nothing', async () => {
  const args = ['run', 'eventsWorkflow', '1', '0', '--app', 'drover:demo', '--id', 'used']
  expect(await place.run(...args)).toMatchObject({ code: 0 })
  expect(await place.run(...args)).toMatchObject({
    code: 9,
    stdout: '',
    stderr: expect.stringContaining('The id used is in use'),
  })
})

test('a closed app, a worker and a second terminal: start, watch, and stop in order', async () => {
  const home = await createReadyHome()
  onTestFinished(() => stopAndRemoveHome(home))
  const drover = (...args: string[]) => runDrover(args, { home })
  const worker = startDrover(['worker', '--app', 'drover:demo'], { home })
  const started = await drover(
    'start',
    'eventsWorkflow',
    '3',
    '10',
    '--id',
    'e1',
    '--application',
    'drover-demo',
  )
  expect(started).toMatchObject({ code: 0, stdout: 'e1\n' })
  const waited = await drover('wait', 'e1', '--for', 'event:progress>=100', '--for', 'ended')
  expect(waited.code).toBe(0)
  expect(JSON.parse(waited.stdout)).toHaveLength(3)
  expect(await drover('events', '@last', 'status', '-r')).toMatchObject({ code: 0, stdout: 'completed\n' })
  worker.process.kill('SIGTERM')
  expect((await worker.ended).code).toBe(0)
})
