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
