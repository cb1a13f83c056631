import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { droverBin } from '../support/drover-process.ts'
import { patience } from '../support/patience.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

/** A workflow that said something, and then says nothing for ever. */
let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
  await seedWorkflow(place.database, {
    workflowId: 'quiet',
    createdAt: new Date(),
    did: [
      { stream: 'log', value: 'first' },
      { event: 'progress', value: 1 },
      { event: 'awaiting:go', value: { prompt: 'Go?' } },
      { recv: 'go' },
    ],
  })
  await addLong()
})
afterAll(() => place.remove())

test
  .skipIf(process.platform !== 'linux')
  .each([
    'stream quiet log --follow | head -1',
    'stream quiet --follow | head -1',
    'stream quiet log --follow -o jsonl | grep -m1 first',
    'events quiet progress --follow | head -1',
    'events quiet --follow -o jsonl | head -1',
    'watch quiet | head -1',
    'watch quiet -o jsonl | head -1',
    'inbox --watch -o jsonl | head -1',
    'inbox --watch | head -1',
  ])('a reader that has seen enough ends it, though nothing more comes: %s', async (line) => {
  const script = `"${process.execPath}" "${droverBin}" ${line}; echo "codes \${PIPESTATUS[@]}"`
  const shell = spawn('bash', ['-c', script], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: place.home, DROVER_HOME: place.home, ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience(),
  })
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'close')])
  expect(stdout).toMatch(/codes 0 0\n$/)
  expect(stdout.split('\n').length).toBeGreaterThan(2)
  expect(stderr).not.toMatch(/error|EPIPE/)
})

test.each([
  ['stream quiet log --follow', 'first', 'drover stream quiet log --follow'],
  ['events quiet progress --follow', '1', 'drover watch quiet'],
  ['watch quiet', 'Go?', 'drover watch quiet'],
  ['watch quiet -o jsonl', 'progress', 'drover watch quiet'],
  ['inbox --watch', 'quiet', ''],
])('a terminal that goes away ends "%s" with 129, and says how to go on', async (line, until, hint) => {
  const { process: child, ended, stderr } = place.start(...line.split(' '))
  let shown = ''
  child.stdout?.on('data', (chunk) => {
    shown += chunk
  })
  await waitUntil('it shows what there is', () => shown.includes(until))
  child.kill('SIGHUP')
  const { code } = await ended
  expect({ code, stderr: stderr() }).toEqual({
    code: line.startsWith('inbox') ? 0 : 129,
    stderr: expect.stringContaining(hint),
  })
})

test('so does a wait, which shows nothing before', async () => {
  const waiting = place.start('wait', 'quiet', '--for', 'event:progress>=2')
  await waitUntil('it is connected', async () => (await sessions()) > 0)
  waiting.process.kill('SIGHUP')
  expect(await waiting.ended).toMatchObject({ code: 129, stdout: '' })
})

const sessions = async () =>
  Number(
    (
      await place.database.query(
        `select count(*) from pg_stat_activity where datname = current_database() and application_name = 'drover' and query ilike 'listen%'`,
      )
    )[0]?.count,
  )

/** In the middle of what it draws or writes, whether anybody takes it or not. */
test.each([
  'steps long --timeline --limit 100000',
  'steps long',
  'steps long -o jsonl',
  'export long',
  'stream long log',
  'events long --follow -o jsonl',
])('SIGTERM ends "%s" in order, though nobody reads what it writes', async (line) => {
  const child = spawnDrover(line)
  const said = text(child.stderr)
  await once(child.stdout, 'readable')
  child.kill('SIGTERM')
  const [code, signal] = await once(child, 'exit')
  child.stdout.destroy()
  expect({ code, signal, stderr: await said }).toEqual({
    code: 143,
    signal: null,
    stderr: expect.stringMatching(/Interrupted|drover (stream|watch) long/),
  })
})

test.each(['steps long -o json', 'steps long --timeline --limit 100000 -o json', 'diff long long --all'])(
  'SIGTERM ends "%s" in order while it reads, and nothing is half printed',
  async (line) => {
    const before = await readers()
    const child = spawnDrover(line)
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    await waitUntil('it reads', async () => (await readers()).some((pid) => !before.includes(pid)))
    child.kill('SIGTERM')
    const [stdout, stderr] = await ended
    // Whoever was done before it heard of it has printed all.
    if (child.exitCode === 0) return
    expect({ code: child.exitCode, stdout }).toEqual({ code: 143, stdout: '' })
    expect(stderr).toContain('Interrupted')
  },
)

/** 100,000 steps, events and values of a stream: more than any pipe holds. */
async function addLong(): Promise<void> {
  const { query } = place.database
  const many = 'from generate_series(0, 99999) n'
  await query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, serialization, created_at, updated_at)
     values ('long', 'PENDING', 'long', 'portable_json', 1764200000000, 1764200000000)`,
  )
  await query(
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization, started_at_epoch_ms, completed_at_epoch_ms)
     select 'long', n, 'step' || n, '1', 'portable_json', 1764200000000 + n * 10, 1764200000005 + n * 10 ${many}`,
  )
  await query(
    `insert into dbos.streams (workflow_uuid, key, value, "offset", function_id, serialization)
     select 'long', 'log', '"value"', n, n, 'portable_json' ${many}`,
  )
  await query(
    `insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization)
     select 'long', n, 'progress', n::text, 'portable_json' ${many}`,
  )
  await query(
    `insert into dbos.workflow_events (workflow_uuid, key, value, serialization) values ('long', 'progress', '99999', 'portable_json')`,
  )
}

function spawnDrover(line: string) {
  return spawn(process.execPath, [droverBin, ...line.split(' ')], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: place.home, DROVER_HOME: place.home, ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience(),
    killSignal: 'SIGKILL',
  })
}

/** Sessions of drover that have begun to read steps. */
async function readers(): Promise<readonly unknown[]> {
  const rows = await place.database.query(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'drover'
     and query ilike '%operation_outputs%'`,
  )
  return rows.map(({ pid }) => pid)
}
