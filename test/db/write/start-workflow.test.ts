import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { runCli } from '../../support/run-cli.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const request = { name: 'pay', args: [1], queue: 'q', application: 'example', version: 'v1' }
const rowOf = async (id: string) => {
  const [row] = await database.query('select * from dbos.workflow_status where workflow_uuid = $1', [id])
  return row
}

test('every option is in the row that executors read', async () => {
  const store = await openStore(database.target)
  const before = Date.now()
  const outcome = await store.start({
    ...request,
    workflowId: 'full',
    className: 'Shop',
    configName: 'eu',
    priority: 3,
    delayMs: 1500,
    timeoutMs: 60_000,
    deduplicationId: 'full',
    attributes: { tenant: 'acme', size: 3 },
    partition: 'p',
  })
  expect(outcome).toBe('started')
  expect(await store.lineage('full')).toMatchObject({
    ...{ priority: 3, partition: 'p', deduplicationId: 'full', timeoutMs: 60_000, deadlineAt: null },
    delayedUntil: expect.any(Date),
  })
  expect((await runCli('get full', { store })).stdout).toMatch(
    /^priority +3\npartition +p\ndedup id +full\ndelayed to +.*\ntimeout +1m.*$/m,
  )
  const row = await rowOf('full')
  expect(row).toMatchObject({
    status: 'DELAYED',
    class_name: 'Shop',
    config_name: 'eu',
    priority: 3,
    workflow_timeout_ms: '60000',
    deduplication_id: 'full',
    attributes: { tenant: 'acme', size: 3 },
    queue_partition_key: 'p',
    application_version: 'v1',
    application_name: 'example',
  })
  expect(Number(row?.delay_until_epoch_ms) - before).toBeGreaterThanOrEqual(1500)
  await store.close()
})

test('keyword arguments and messages are written as every language reads them', async () => {
  const store = await openStore(database.target)
  const messages = [{ topic: 'go', message: { now: true } }]
  await store.start({ ...request, workflowId: 'python', namedArgs: { amount: 300 }, messages })
  expect(await store.get('python')).toMatchObject({
    input: { positionalArgs: [1], namedArgs: { amount: 300 } },
  })
  expect(await rowOf('python')).toMatchObject({ serialization: 'portable_json' })
  expect(await store.messages('python')).toMatchObject([{ topic: 'go', message: { now: true }, read: false }])
  expect(
    await database.query(
      `select message, serialization from dbos.notifications where destination_uuid = 'python'`,
    ),
  ).toEqual([{ message: '{"now":true}', serialization: 'portable_json' }])
  await store.close()
})

test('where nothing is started nothing is sent', async () => {
  const store = await openStore(database.target)
  const messages = [{ topic: 'go', message: 1 }]
  await store.start({ ...request, workflowId: 'holder', deduplicationId: 'd' })
  expect(await store.start({ ...request, workflowId: 'late', deduplicationId: 'd', messages })).toEqual({
    duplicateOf: 'holder',
  })
  expect(await store.start({ ...request, workflowId: 'holder', messages })).toBe('existing')
  expect(await store.get('late')).toBeUndefined()
  expect(await store.messages('holder')).toEqual([])
  await store.close()
})

test('of ten that race for one deduplication id one starts, and the others say who', async () => {
  const runs = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const store = await openStore(database.target)
      const args = ['start', 'pay', '--application', 'example', '--dedup', '6/5', '--id', `racer-${index}`]
      return runCli(args, { store })
    }),
  )
  const [winner, ...others] = runs.toSorted((a, b) => a.code - b.code)
  expect(winner?.code).toBe(0)
  const id = winner?.stdout.trimEnd()
  for (const { code, stdout, stderr } of others) {
    expect({ code, stdout }).toEqual({ code: 9, stdout: '' })
    expect(stderr).toContain(`The deduplication id 6/5 on queue q is held by ${id}`)
  }
  expect(
    await database.query(`select 1 from dbos.workflow_status where workflow_uuid like 'racer-%'`),
  ).toHaveLength(1)
})

test.each([
  ['portable_json', true],
  ['py_pickle', true],
  ['DBOS_JSON', true],
  ['java_jackson', true],
  ['js_superjson', false],
  [null, false],
])('a name whose last run was written in %s is started portable: %s', async (serialization, isPortable) => {
  const store = await openStore(database.target)
  const name = `written in ${serialization}`
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, name, status, serialization, created_at)
     values ($1, $2, 'SUCCESS', 'other', 1), ($3, $2, 'SUCCESS', $4, 2), ($5, $2, 'ENQUEUED', 'other', 3)`,
    [`${name} 1`, name, `${name} 2`, serialization, `${name} 3`],
  )
  expect(await store.lastRanPortable(name)).toBe(isPortable)
  expect(await store.lastRanPortable('never ran')).toBe(false)
  await store.start({ ...request, workflowId: `${name} 4`, name, ...(isPortable && { namedArgs: {} }) })
  const written = isPortable ? '{"positionalArgs":[1],"namedArgs":{}}' : expect.stringContaining('"json":[1]')
  const [input] = await database.query('select inputs from dbos.workflow_input where workflow_uuid = $1', [
    `${name} 4`,
  ])
  expect(input?.inputs).toEqual(written)
  await store.close()
})
