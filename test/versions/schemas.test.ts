import type { ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type DroverRun, runDrover, startDrover } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'
import { isAtLeast } from './sdk-cache.ts'
import { startWorker, stopWorker } from './sdk-worker.ts'

const live = ['4.10.15', '4.27.6', '5.1.10', '5.3.0']
const asFixture = ['4.15.5', '4.20.11', '4.24.16', '5.0.2', '5.2.11']
/** From this version on a message tells which step read it. */
const firstWithReceipts = [5, 1]

describe.each([
  ...live.map((version) => [version, 'a live worker'] as const),
  ...asFixture.map((version) => [version, 'a worker that is gone'] as const),
])('a database of SDK %s with %s', (sdkVersion, kind) => {
  const isLive = kind === 'a live worker'
  let database: TestDatabase
  let home: string
  let worker: ChildProcess
  /** May decide, by the function of the record, and nothing else. */
  let clerk: string

  beforeAll(async () => {
    home = await createHome()
    database = await createTestDatabase({ own: false, empty: true })
    worker = await startWorker(sdkVersion, database)
    await drover('wait waiting --for message --timeout 30s')
    clerk = `clerk_${database.name}`
    await database.query(`create role ${clerk} login`)
    expect(await drover(`audit init --decider ${clerk}`)).toMatchObject({ code: 0 })
    if (!isLive) await stopWorker(worker)
  })

  afterAll(async () => {
    if (worker) await stopWorker(worker)
    if (clerk) await database.query(`drop owned by ${clerk}; drop role ${clerk}`)
    await database?.drop()
    await removeHome(home)
  })

  const drover = (line: string | readonly string[], { url } = database.target): Promise<DroverRun> => {
    const args = typeof line === 'string' ? line.split(' ') : line
    return runDrover([...args, '--db-url', url], { home })
  }
  const json = async (line: string) => {
    const { code, stdout, stderr } = await drover(`${line} -o json`)
    if (code !== 0) throw new Error(`${line}: ${code} ${stderr}`)
    return JSON.parse(stdout)
  }

  test('list and get', async () => {
    expect(await json('list')).toMatchObject([
      { workflowId: 'waiting', status: 'PENDING', name: 'asking' },
      { workflowId: 'done', status: 'SUCCESS', version: 'v1' },
    ])
    expect(await json('get done')).toMatchObject({
      input: [{ price: 3 }, 2],
      output: { approved: true, total: 6 },
      error: null,
      completedAt: expect.any(String),
    })
  })

  test('steps, events, messages and streams', async () => {
    const steps: { name: string; output: unknown }[] = await json('steps done')
    expect(steps[0]).toMatchObject({ step: 0, name: 'charge', output: 'charged' })
    expect(await json('events done progress')).toMatchObject({ value: 100, at: expect.any(String) })
    expect((await drover('events done progress --follow')).stdout).toBe('50\n100\n')
    const hasReceipts = isAtLeast(sdkVersion, firstWithReceipts)
    expect(await json('messages done')).toMatchObject([
      { topic: 'go', message: { approved: true }, readByStep: hasReceipts ? expect.any(Number) : null },
    ])
    expect(await drover('stream done log')).toMatchObject({
      code: 0,
      stdout: '{"when":"1970-01-01T00:00:00.000Z"}\nbye\n',
      stderr: 'log: 2 values, closed (next offset 2)\n',
    })
  })

  test('watch tells a whole life', async () => {
    const { code, stdout, stderr } = await drover('watch done -o jsonl')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type)
    expect(types.filter((type) => type !== 'step')).toEqual(
      'status event event stream event message message stream stream-closed status'.split(' '),
    )
  })

  test('wait for the end, an event and a question', async () => {
    expect(await drover('wait done')).toMatchObject({ code: 0 })
    expect((await drover('wait done --for event:progress>=100')).stdout).toBe('100\n')
    expect(JSON.parse((await drover('wait waiting --for message')).stdout)).toMatchObject({
      topic: 'go',
      prompt: 'Go?',
    })
  })

  test('send and approve, and the worker goes on', async () => {
    expect(await drover(['send', 'waiting', '"hello"', '--topic', 'other'])).toMatchObject({ code: 0 })
    const decide = (line: string) => drover(line, database.targetAs(clerk))
    expect(await decide('approve waiting#5 --as ada')).toMatchObject({ code: 0 })
    const again = { code: 0, stderr: expect.stringContaining('already recorded by ada') }
    expect(await decide('approve waiting#5 --as ada')).toMatchObject(again)
    expect((await decide('reject waiting#5 --as bob --comment no')).code).toBe(9)
    expect(await json('audit waiting')).toMatchObject([
      { outcome: 'decided-otherwise', by: 'bob', sessionUser: clerk },
      { outcome: 'repeated', by: 'ada', sessionUser: clerk },
      { outcome: 'stored', by: 'ada', decision: 'approved', topic: 'go', step: 5, sessionUser: clerk },
    ])
    expect(await drover('audit verify')).toMatchObject({ code: 0 })
    const messages: { topic: string; message: unknown }[] = await json('messages waiting')
    expect(messages.map(({ topic }) => topic).sort()).toEqual(['go', 'other'])
    if (!isLive) return
    expect(await drover('wait waiting --timeout 30s')).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ approved: true, total: 6 }, null, 2)}\n`,
    })
  })

  test('fork and rewind, and the worker goes on', async () => {
    expect(await drover('fork done --from last --id copy')).toMatchObject({ code: 0, stdout: 'copy\n' })
    expect(await drover('rewind done --from last --yes')).toMatchObject({ code: 0 })
    if (!isLive) return
    for (const id of ['copy', 'done']) {
      const { code, stdout } = await drover(`wait ${id}`)
      expect({ code, result: JSON.parse(stdout) }).toEqual({ code: 0, result: { approved: true, total: 6 } })
      expect((await drover(`stream ${id} log`)).stderr).toBe('log: 2 values, closed (next offset 2)\n')
    }
  })

  test('start, and the worker takes it', async () => {
    const start = `start asking {"price":5} 3 --id mine --application versions${isLive ? '' : ' --app-version v1'}`
    expect(await drover(start)).toMatchObject({ code: 0, stdout: 'mine\n' })
    expect(await json('get mine')).toMatchObject({ name: 'asking', input: [{ price: 5 }, 3], version: 'v1' })
    expect(await drover(start)).toMatchObject({ code: 0, stdout: 'mine\n' })
    if (!isLive) return
    const stream = startDrover(['stream', 'mine', 'log', '--follow', '--db-url', database.target.url], {
      home,
    })
    await waitUntil('it asks', async () => (await drover('wait mine --for message --timeout 20s')).code === 0)
    expect(await drover('approve mine --as ada')).toMatchObject({ code: 0 })
    expect(JSON.parse((await drover('wait mine --timeout 30s')).stdout)).toEqual({
      approved: true,
      total: 15,
    })
    expect(await stream.ended).toMatchObject({
      code: 0,
      stdout: '{"when":"1970-01-01T00:00:00.000Z"}\nbye\n',
    })
  })
})
