import { exec } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { droverBin, runDrover, startDrover, untilReady } from '../support/drover-process.ts'
import { listenLocally } from '../support/proxy-address.ts'
import { createHome, stopAndRemoveHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

let home: string
beforeAll(async () => {
  home = await createHome()
})
afterAll(() => stopAndRemoveHome(home))

const drover = (...args: string[]) => runDrover(args, { home })
const approvalWith = async (id: string, ...answer: string[]) => {
  const running = startDrover(
    ['run', 'approvalWorkflow', '3', '60', '0', '--app', 'drover:demo', '--id', id],
    {
      home,
    },
  )
  // The workflow's row is there before its question is: the first wait may come too early for the id.
  await untilExists(id)
  expect(await drover('wait', id, '--for', 'message')).toMatchObject({ code: 0 })
  expect(await drover(...answer)).toMatchObject({ code: 0, stdout: '' })
  const run = await running.ended
  return { ...run, result: JSON.parse(run.stdout) }
}

const untilExists = (id: string) =>
  waitUntil(`${id} exists`, async () => (await drover('get', id)).code === 0)

test('from nothing: a workflow runs, and its result alone is on stdout', async () => {
  const run = await drover('run', 'eventsWorkflow', '5', '20', '--app', 'drover:demo')
  expect(run.code).toBe(0)
  expect(JSON.parse(run.stdout)).toHaveLength(5)
  expect(run.stderr).toContain('eventsWorkflow ended SUCCESS')
})

test('-o json is the workflow', async () => {
  const run = await drover('run', 'eventsWorkflow', '1', '0', '--app', 'drover:demo', '-o', 'json')
  expect(JSON.parse(run.stdout)).toMatchObject({ name: 'eventsWorkflow', status: 'SUCCESS', input: [1, 0] })
})

test('an unknown workflow is 4, with the names that exist and the nearest', async () => {
  const run = await drover('run', 'eventWorkflow', '--app', 'drover:demo')
  expect(run).toMatchObject({ code: 4, stdout: '' })
  expect(run.stderr).toContain('did you mean eventsWorkflow?')
  expect((await drover('get', 'nope')).code).toBe(4)
})

test('a workflow that fails is 1, with the reason on stderr', async () => {
  const failed = await drover('run', 'eventsWorkflow', '-1', '--app', 'drover:demo')
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toContain('n must be a positive integer, not -1')
})

test('approved, rejected and timed out are three results, and a decision stays made', async () => {
  const approved = await approvalWith('a1', 'approve', 'a1', '--comment', 'looks fine', '--as', 'ada')
  expect(approved).toMatchObject({
    code: 0,
    result: { status: 'completed', decision: 'approved', by: 'ada', reason: 'looks fine' },
  })
  expect(await drover('approve', 'a1#1')).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('already recorded by ada'),
  })
  expect(await drover('reject', 'a1#1', '--comment', 'no')).toMatchObject({ code: 9 })
  expect(await drover('approve', 'a1')).toMatchObject({ code: 9 })
  const rejected = await approvalWith('a2', 'reject', 'a2', '--comment', 'no')
  expect(rejected).toMatchObject({
    code: 0,
    result: { status: 'cancelled', decision: 'rejected', reason: 'no' },
  })
  const ignored = await drover('run', 'approvalWorkflow', '3', '1', '--app', 'drover:demo')
  expect(ignored.code).toBe(0)
  expect(JSON.parse(ignored.stdout)).toMatchObject({ status: 'cancelled', decision: 'timed-out' })
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
      { env: { ...process.env, DROVER_HOME: home, DROVER_DB_URL: url }, shell: 'bash' },
    )
    expect(stdout.split('\n')).toEqual([expect.stringMatching(/x0"?$/), 'codes 0 0', ''])
    expect(stderr).toBe('')
    const all = await drover('stream', 'long', 'log', '--db-url', url)
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(10_000)
  } finally {
    await database.drop()
  }
})

test('a dead port is 69', async () => {
  const run = await drover('list', '--db-url', 'postgres://127.0.0.1:1/x')
  expect(run).toMatchObject({ code: 69, stdout: '' })
})

test('a port that accepts and never answers is 69 within its timeout, and never a hang', async () => {
  const server = createServer()
  const port = await listenLocally(server)
  const accepted = once(server, 'connection')
  const url = `postgres://127.0.0.1:${port}/x`
  const run = await drover('list', '--db-url', url, '--connect-timeout', '300ms')
  expect(run).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('within 300 ms') })
  const [socket] = await accepted
  socket.destroy()
  server.close()
})

test('an id in use is never a green build that tested nothing', async () => {
  const args = ['run', 'eventsWorkflow', '1', '0', '--app', 'drover:demo', '--id', 'used']
  expect(await drover(...args)).toMatchObject({ code: 0 })
  expect(await drover(...args)).toMatchObject({
    code: 9,
    stdout: '',
    stderr: expect.stringContaining('The id used is in use'),
  })
})

test('a closed app, a worker and a second terminal: start, watch, and stop in order', async () => {
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

test('ctrl-c stops in order, and the next one finishes', async () => {
  const args = ['run', 'eventsWorkflow', '5', '400', '--app', 'drover:demo', '--id', 'c1']
  const running = startDrover(args, { home })
  await untilExists('c1')
  expect((await drover('wait', 'c1', '--for', 'step:fibonacci')).code).toBe(0)
  running.process.kill('SIGINT')
  const stopped = await running.ended
  expect(stopped).toMatchObject({ code: 130, stdout: '' })
  expect(stopped.stderr).toContain('Unfinished, and running nowhere now: c1')
  expect(stopped.stderr).toContain('drover worker --app drover:demo')
  const resumed = await runDrover(args, { home })
  expect(resumed.code).toBe(0)
  expect(JSON.parse(resumed.stdout)).toHaveLength(5)
})

test('what is stopped beside a worker is said to be left to it', async () => {
  const worker = startDrover(['worker', '--app', 'drover:demo'], { home })
  await untilReady(worker)
  const args = (id: string) => ['run', 'eventsWorkflow', '20', '400', '--app', 'drover:demo', '--id', id]
  const left = 'left to the other processes of the application; to watch it: drover watch'
  const impatient = await runDrover([...args('t1'), '--timeout', '1s'], { home })
  expect(impatient).toMatchObject({ code: 124, stderr: expect.stringContaining(`${left} t1\n`) })
  const running = startDrover(args('t2'), { home })
  await untilExists('t2')
  running.process.kill('SIGINT')
  expect(await running.ended).toMatchObject({ code: 130, stderr: expect.stringContaining(`${left} t2\n`) })
  await drover('cancel', 't1', 't2', '--yes')
  worker.process.kill('SIGTERM')
  await worker.ended
})
