import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { toSessionName } from '../../src/core/dbos-names.ts'
import { droverBin } from '../support/drover-process.ts'
import { createRunner } from '../support/github-runner.ts'
import { patience } from '../support/patience.ts'
import { seedWorkflow } from '../support/seed-workflow.ts'
import { typeIntoShell } from '../support/shell-words.ts'
import { waitUntil } from '../support/wait-until.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

/** What somebody planted in a database, and the built binary on it. */
let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
})
afterAll(() => place.remove())

async function plant(file: string): Promise<void> {
  await place.database.query(
    readFileSync(path.join(import.meta.dirname, '../fixtures/hostile', file), 'utf8'),
  )
}

/** A line for a shell, in which `drover` is the built binary; it is over within its limits. */
async function inShell(line: string, env: Readonly<Record<string, string>> = {}) {
  const script = `set -o pipefail; drover() { "${process.execPath}" "${droverBin}" "$@"; }; ${line}`
  const child = spawn('bash', ['-c', script], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: place.home, DROVER_HOME: place.home, ...place.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience(),
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is looked for
const acting = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/

test('an id with a line break decides no other wait in a pipe from inbox to approve', async () => {
  await plant('01-newline-id.sql')
  const ids = await inShell('drover inbox --topic refund -o ids')
  expect(ids).toMatchObject({ code: 0, stdout: 'refund-1#1\n' })
  expect(ids.stderr).toContain('1 id with a line break left out')
  const decided = await inShell('drover inbox --topic refund -o ids | drover approve - --as ann')
  expect(decided).toMatchObject({ code: 0, stdout: '' })
  expect((await place.store.waits(['payout-999'])).map(({ state }) => state)).toEqual(['waiting'])
  expect(await place.store.decisions({ workflowId: 'payout-999' })).toEqual([])
  const all = (await inShell('drover inbox -o jsonl')).stdout.trim().split('\n')
  expect(all.map((line) => JSON.parse(line).workflowId)).toContain('x\npayout-999#1\ny')
})

test('a workflow that is called like the wait of another one is never decided in its place', async () => {
  const asks = [{ event: 'awaiting:go', value: 'Go?' }, { recv: 'go' }]
  for (const workflowId of ['o7', 'o7#1'])
    await seedWorkflow(place.database, { workflowId, createdAt: new Date(), did: asks })
  const ambiguous = await inShell(`drover approve 'o7#1' --as ann`)
  expect(ambiguous).toMatchObject({ code: 2, stderr: expect.stringMatching(/o7#01.*o7#1#1/s) })
  const piped = await inShell('drover inbox --topic go -o ids | drover approve - --as ann')
  expect(piped.code).toBe(0)
  for (const id of ['o7', 'o7#1'])
    expect(await place.store.decisions({ workflowId: id })).toMatchObject([{ outcome: 'stored', step: 1 }])
})

test('what explain says to type, pasted, runs nothing that a name or an application says', async () => {
  await plant('02-explain-injection.sql')
  const live = new pg.Client({
    connectionString: place.database.target.url,
    application_name: toSessionName('live-1', 'v1'),
  })
  live.on('error', () => {})
  await live.connect()
  onTestFinished(() => live.end())
  await live.query('listen dbos_notifications_channel')
  const told: string[] = []
  for (const id of ['inj-1', 'inj2-1', 'inj-old', 'inj2-old']) {
    const { code, stdout } = await inShell(`drover explain ${id} -o json`)
    expect(code).toBe(0)
    const { fix } = JSON.parse(stdout) as { fix: readonly { readonly command: string }[] }
    told.push(...fix.map(({ command }) => command))
    told.push(
      ...((await inShell(`drover explain ${id}`)).stdout.match(/^\s*(drover .*)$/gm) ?? []).map((line) =>
        line.trim(),
      ),
    )
  }
  expect(told.length).toBeGreaterThan(3)
  for (const [index, calls] of typeIntoShell(told).entries())
    expect({ told: told[index], ran: calls.filter(([first]) => first?.startsWith('ran:')) }).toEqual({
      told: told[index],
      ran: [],
    })
  for (const name of ['PWNED1', 'PWNED2', 'PWNED3'])
    expect(existsSync(path.join(place.home, name))).toBe(false)
})

test('what an error of the database says acts on no terminal and no runner', async () => {
  const asks = [{ event: 'awaiting:go', value: 'Go?' }, { recv: 'go' }]
  await seedWorkflow(place.database, { workflowId: 'wf-p', createdAt: new Date(), did: asks })
  await plant('03-raw-stack.sql')
  for (const line of [
    `drover approve 'wf-p#1' --as ann`,
    `drover send wf-p '"x"' --topic go`,
    `drover approve wf-p --as ann -o json`,
  ]) {
    const environments: Record<string, string>[] = [{}, { DEBUG: 'drover' }, { GITHUB_ACTIONS: 'true' }]
    for (const env of environments) {
      const { code, stdout, stderr } = await inShell(line, env)
      const runner = createRunner()
      runner.read(stdout + stderr)
      const commands =
        'GITHUB_ACTIONS' in env
          ? runner.commands.filter((command) => !command.startsWith('::error title='))
          : []
      expect({ line, env, code, commands, raw: acting.exec(stdout + stderr)?.[0] }).toEqual({
        line,
        env,
        code: 3,
        commands: [],
        raw: undefined,
      })
      expect(stderr).toContain('denied')
    }
  }
})

test('a stream called __proto__ is read, followed and watched to its end', async () => {
  await plant('04-proto-stream.sql')
  const values = Array.from({ length: 1500 }, (_, n) => `${n}\n`).join('')
  expect(await inShell('drover stream proto2 __proto__')).toMatchObject({ code: 0, stdout: values })
  const followed = await inShell('drover stream proto2 __proto__ --follow')
  expect(followed.stdout).toBe(values)
  for (const line of [
    'drover watch proto2',
    'drover watch proto2 -o jsonl',
    'drover stream proto2',
    'drover get proto2',
    'drover wait proto2',
  ])
    expect({ line, ...(await inShell(line)) }).toMatchObject({ line, code: 0 })
  const watched = (await inShell('drover watch proto2 -o jsonl')).stdout.trim().split('\n')
  expect(watched.filter((line) => JSON.parse(line).type === 'stream')).toHaveLength(1500)
})

test.each([
  ['start ext 1 --app-version v --application a', '-cdefault_transaction_read_only=on', 3, 'read-only'],
  ['cancel payout-999', '-cdefault_transaction_read_only=on', 3, 'read-only'],
  ['list --search x', '-cstatement_timeout=1', 69, 'statement'],
])('what the role may not or cannot is no bug: %s with %s', async (line, option, code, said) => {
  await place.database.query(`insert into dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at)
    select 'many-' || n, 'SUCCESS', repeat('y', 200), n, n from generate_series(1, 20000) n on conflict do nothing`)
  const url = new URL(place.database.target.url)
  url.searchParams.set('options', option)
  const run = await inShell(`drover ${line} --db-url '${url.href}'`)
  expect(run).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringMatching(new RegExp(`error: .*${said}.*\\nhint: `)),
  })
})

test.each([
  ['cancel --name nosuch --yes --ledger /tmp', 2],
  ['cancel --name nosuch --yes --ledger /nowhere/ledger', 2],
  ['cancel --name nosuch --yes --ledger /dev/full', 2],
  ['cancel --name nosuch --yes --ledger /proc/version', 2],
  ['list --db-url postgres://u@h/x?sslmode=verify-full&sslrootcert=/dev/zero', 2],
])('a file that is none, or has no end, is no bug: %s', async (line, code) => {
  const { code: ended, stderr } = await place.run(...line.split(' '))
  expect({ ended, stderr }).toMatchObject({
    ended: code,
    stderr: expect.stringMatching(/^error: .*\nhint: /),
  })
})

test('a row that another transaction holds is 69, and said', async () => {
  const holder = new pg.Client({ connectionString: place.database.target.url })
  holder.on('error', () => {})
  await holder.connect()
  onTestFinished(() => holder.end())
  await holder.query(`begin; select from dbos.workflow_status where workflow_uuid = 'payout-999' for update`)
  const url = new URL(place.database.target.url)
  url.searchParams.set('options', '-clock_timeout=100')
  const run = await inShell(`drover cancel payout-999 --db-url '${url.href}'`)
  expect(run).toMatchObject({ code: 69 })
  expect(run.stdout + run.stderr).toMatch(/lock/)
})

test('a timeline of a hundred thousand steps is drawn, and ends', async () => {
  await place.database.query(`insert into dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at, started_at_epoch_ms, completed_at)
    values ('long', 'SUCCESS', 'long', 1764200000000, 1764200000000, 1764200000000, 1764300000000)`)
  await place.database.query(`insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, started_at_epoch_ms, completed_at_epoch_ms, serialization)
    select 'long', n, 'step-' || n, '1', 1764200000000 + n * 10, 1764200000005 + n * 10, 'portable_json' from generate_series(0, 99999) n`)
  const { code, stdout } = await inShell('drover steps long --timeline')
  expect({ code, isDrawn: stdout.includes('█') }).toEqual({ code: 0, isDrawn: true })
})

test('SIGTERM while a long timeline is read and drawn ends the process', async () => {
  const drawing = place.start('steps', 'long', '--timeline')
  await waitUntil('it reads', async () => {
    const rows = await place.database.query(
      `select 1 from pg_stat_activity where datname = current_database() and query like '%operation_outputs%' and pid <> pg_backend_pid()`,
    )
    return rows.length > 0
  })
  drawing.process.kill('SIGTERM')
  const { code } = await drawing.ended
  expect([0, 143]).toContain(code)
})

test('an export whose reader has enough, or that is interrupted, ends at once and is no whole one', async () => {
  await place.database.query(`insert into dbos.workflow_status (workflow_uuid, status, name, created_at, updated_at)
    select 'bulk-' || n, 'SUCCESS', 'bulk', n, n from generate_series(1, 20000) n`)
  const read = await inShell('drover export --name bulk | head -1')
  expect(read).toMatchObject({ stdout: expect.stringMatching(/^\{"type":"export".*\n$/), stderr: '' })
  const exporting = place.start('export', '--name', 'bulk')
  exporting.process.stdout?.once('data', () => exporting.process.kill('SIGINT'))
  const { code, stdout } = await exporting.ended
  expect([0, 130]).toContain(code)
  expect(stdout.endsWith('{"type":"end","workflows":20000}\n')).toBe(code === 0)
})
