import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/db/open-store.ts'
import { droverBin } from '../support/drover-process.ts'
import { hostilePlan } from '../support/hostile-plan.ts'
import { runCli } from '../support/run-cli.ts'
import { startSlowProxy } from '../support/slow-proxy.ts'
import { createWorkplace, type Workplace } from '../support/workplace.ts'

const megabytes = hostilePlan.isShort ? 10 : 100
const length = megabytes * 1_000_000

/** One value of this size in each place where there can be one. */
let place: Workplace
beforeAll(async () => {
  place = await createWorkplace()
  const value = `'"' || repeat('y', ${length}) || '"'`
  for (const statement of [
    `insert into dbos.workflow_status (workflow_uuid, status, name, serialization, created_at, updated_at, completed_at)
     select 'big-' || n, 'SUCCESS', 'big', 'portable_json', 1764200000000, 1764200000000, 1764200001000 from generate_series(1, 3) n`,
    `insert into dbos.workflow_output (workflow_uuid, output) values ('big-1', ${value}), ('big-2', '1'), ('big-3', '1')`,
    `insert into dbos.workflow_events (workflow_uuid, key, value, serialization) values ('big-2', 'e', ${value}, 'portable_json')`,
    `insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization) values ('big-2', 0, 'e', ${value}, 'portable_json')`,
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization, started_at_epoch_ms, completed_at_epoch_ms)
     values ('big-2', 1, 'step', ${value}, 'portable_json', 1764200000000, 1764200000001)`,
    `insert into dbos.streams (workflow_uuid, key, value, "offset", function_id, serialization)
     values ('big-3', 's', ${value}, 0, 0, 'portable_json'), ('big-3', 's', '"__DBOS_STREAM_CLOSED__"', 1, 1, 'portable_json')`,
    `insert into dbos.notifications (destination_uuid, topic, message, serialization, created_at_epoch_ms, consumed)
     values ('big-3', 't', ${value}, 'portable_json', 1764200000000, false)`,
  ])
    await place.database.query(statement)
})
afterAll(() => place.remove())

const every = [
  ['list', 0],
  ['list -o json', 0],
  ['get big-1', 0],
  ['get big-1 -o json', length],
  ['result big-1 -r', length],
  ['wait big-1', length],
  ['watch big-1', 0],
  ['watch big-1 -o jsonl', length],
  ['explain big-1', 0],
  ['events big-2', length],
  ['events big-2 e', length],
  ['events big-2 --follow -o jsonl', length],
  ['watch big-2', 0],
  ['watch big-2 -o jsonl', 2 * length],
  ['steps big-2', length],
  ['steps big-2 -o json', length],
  ['steps big-2 --timeline', 0],
  ['diff big-1 big-2', 0],
  ['get big-2', 0],
  ['stream big-3', length],
  ['stream big-3 s', length],
  ['stream big-3 s --follow', length],
  ['watch big-3', 0],
  ['messages big-3', length],
] as const
const lines = hostilePlan.isShort ? every.filter((_, index) => index % 6 === 3) : every

test.skipIf(hostilePlan.isShort).each(['get huge', 'watch huge'])(
  'a value longer than any text of Node is 69, and said: %s',
  async (line) => {
    await place.database.query(
      `insert into dbos.workflow_status (workflow_uuid, status, name, serialization, created_at, updated_at, completed_at)
       values ('huge', 'SUCCESS', 'big', 'portable_json', 1764200000000, 1764200000000, 1764200001000) on conflict do nothing`,
    )
    await place.database.query(
      `insert into dbos.workflow_output (workflow_uuid, output) values ('huge', '"' || repeat('y', 600000000) || '"') on conflict do nothing`,
    )
    const { code, stderr } = await place.run(...line.split(' '))
    expect({ code, stderr }).toMatchObject({
      code: 69,
      stderr: expect.stringContaining('longer than 512 MB'),
    })
  },
)

const slowly = ['result slow-1', 'watch slow-1', 'stream slow-2 s', 'steps slow-2', 'events slow-2 e']

test('a value that takes long to arrive is no silence, and nobody gives up on it', async () => {
  const slowLength = 10_000_000
  const value = `'"' || repeat('y', ${slowLength}) || '"'`
  for (const statement of [
    `insert into dbos.workflow_status (workflow_uuid, status, name, serialization, created_at, updated_at, completed_at)
     select 'slow-' || n, 'SUCCESS', 'slow', 'portable_json', 1764200000000, 1764200000000, 1764200001000 from generate_series(1, 2) n`,
    `insert into dbos.workflow_output (workflow_uuid, output) values ('slow-1', ${value})`,
    `insert into dbos.workflow_events (workflow_uuid, key, value, serialization) values ('slow-2', 'e', ${value}, 'portable_json')`,
    `insert into dbos.operation_outputs (workflow_uuid, function_id, function_name, output, serialization, started_at_epoch_ms, completed_at_epoch_ms)
     values ('slow-2', 1, 'step', ${value}, 'portable_json', 1764200000000, 1764200000001)`,
    `insert into dbos.streams (workflow_uuid, key, value, "offset", function_id, serialization)
     values ('slow-2', 's', ${value}, 0, 0, 'portable_json'), ('slow-2', 's', '"__DBOS_STREAM_CLOSED__"', 1, 1, 'portable_json')`,
  ])
    await place.database.query(statement)
  const proxy = await startSlowProxy(inject('serverUrl'))
  onTestFinished(() => proxy.close())
  const url = proxy.urlOf(place.database.target.url)
  // What is between two pieces is a hundredth of what would be a silence; all of them take longer than that.
  const [pieces, everyMs] = [250, 15]
  const silentMs = 3000
  proxy.trickle(slowLength / pieces, everyMs)
  const timing = { noticeAfterMs: silentMs, giveUpAfterMs: silentMs }
  const began = performance.now()
  await Promise.all(
    slowly.map(async (line) => {
      const { code, stdout, stderr } = await runCli([...line.split(' '), '--db-url', url], {
        openStore: (target) => openStore(target, timing),
      })
      expect({ line, code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.not.stringMatching(/answer|trying/),
      })
      expect(line.startsWith('watch') || stdout.length >= slowLength).toBe(true)
    }),
  )
  expect(performance.now() - began).toBeGreaterThan(silentMs)
})

test.each(lines)('a value of this size is shown as what it is: %s', async (line, least) => {
  const child = spawn(process.execPath, [droverBin, ...line.split(' ')], {
    cwd: place.home,
    env: { PATH: process.env.PATH, HOME: place.home, DROVER_HOME: place.home, ...place.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let bytes = 0
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'close')])
  expect({ line, code: child.exitCode, isWhole: bytes >= least, stderr: stderr.slice(0, 500) }).toMatchObject(
    { line, code: 0, isWhole: true },
  )
  expect(stderr).not.toMatch(/bug in drover|out of memory/)
})
