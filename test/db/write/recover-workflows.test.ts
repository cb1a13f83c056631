import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { holdExecutorSlot } from '../../../src/runtime/slot/hold-executor-slot.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { holdTransaction, untilBlocked } from '../../support/held-transaction.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'
import { waitUntil } from '../../support/wait-until.ts'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  store = await openStore(database.target)
})

afterAll(async () => {
  await store.close()
  await database.drop()
})

async function leave(executorId: string): Promise<string> {
  const workflowId = randomUUID()
  await seedWorkflow(database, { workflowId, executorId, createdAt: new Date(Date.now() - 60_000) })
  return workflowId
}

const goneIds = async () => (await store.scanExecutors()).deadExecutors.map(({ executorId }) => executorId)
const handOver = (executorId: string, seenAt = new Date()) =>
  store.handOver({ executorId, application: 'example', version: 'v1', seenAt })

async function connectAs(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.target.url, application_name: name })
  await client.connect()
  return client
}

test('an executor without a session is gone, and what it left is put back once', async () => {
  const executorId = `pod-${randomUUID()}`
  const workflowId = await leave(executorId)
  expect(
    (await store.scanExecutors()).deadExecutors.find((one) => one.executorId === executorId),
  ).toMatchObject({
    workflowCount: 1,
    application: 'example',
    version: 'v1',
    doubts: [],
  })
  const hands = await Promise.all([handOver(executorId), handOver(executorId), handOver(executorId)])
  expect(hands.flat()).toEqual([workflowId])
  expect(await store.get(workflowId)).toMatchObject({ status: 'ENQUEUED', queue: '_dbos_internal_queue' })
})

test('an executor with a session is not, however long its name, and not in the moment of handing over', async () => {
  for (const executorId of [`pod-${randomUUID()}`, 'x'.repeat(80)]) {
    await leave(executorId)
    const seen = await store.scanExecutors()
    expect(seen.deadExecutors.map((one) => one.executorId)).toContain(executorId)
    const session = await connectAs(`dbos_transact_${executorId}_v1`.slice(0, 63))
    expect(await goneIds()).not.toContain(executorId)
    expect(await handOver(executorId, seen.at)).toEqual([])
    await session.end()
    await waitUntil('its session is gone', async () => (await goneIds()).includes(executorId))
  }
})

const executorOf = (executorId: string) => ({
  executorId,
  application: 'shop',
  version: 'v1',
  registration: null,
})

test('an executor of drover whose slot is locked lives without a session', async () => {
  const executorId = `drover-${randomUUID()}`
  await leave(executorId)
  const slot = await holdExecutorSlot(executorOf(executorId), database.target, () => {})
  expect(await goneIds()).not.toContain(executorId)
  expect(await handOver(executorId)).toEqual([])
  await slot.release()
  await waitUntil('its slot is free', async () => (await goneIds()).includes(executorId))
})

test('what began again since it was looked at is left alone', async () => {
  const executorId = `pod-${randomUUID()}`
  const workflowId = await leave(executorId)
  const { at } = await store.scanExecutors()
  await database.query('update dbos.workflow_status set started_at_epoch_ms = $2 where workflow_uuid = $1', [
    workflowId,
    at.getTime() + 1,
  ])
  expect(await handOver(executorId, at)).toEqual([])
})

test('sessions that may be executors of another language leave a doubt, but not about drover processes', async () => {
  const executorId = `pod-${randomUUID()}`
  const own = `drover-${randomUUID()}`
  await leave(executorId)
  await leave(own)
  const python = await connectAs('dbos_transact')
  const { deadExecutors: gone } = await store.scanExecutors()
  await python.end()
  const doubtsOf = (id: string) => gone.find((one) => one.executorId === id)?.doubts
  expect(doubtsOf(executorId)).toEqual([expect.stringMatching(/^dbos_transact of .+ \(1\)$/)])
  expect(doubtsOf(own)).toEqual([])
})

test('another version is written where it is asked for', async () => {
  const executorId = `pod-${randomUUID()}`
  const workflowId = await leave(executorId)
  const seenAt = new Date()
  const request = { executorId, application: 'example', version: 'v1', seenAt, toVersion: 'v2' }
  expect(await store.handOver({ ...request, version: 'v0' })).toEqual([])
  expect(await store.handOver({ ...request, workflowIds: ['other'] })).toEqual([])
  expect(await store.handOver(request)).toEqual([workflowId])
  expect(await store.get(workflowId)).toMatchObject({ status: 'ENQUEUED', version: 'v2' })
})

async function enqueue(version: string): Promise<string> {
  const workflowId = randomUUID()
  const createdAt = new Date(Date.now() - 60_000)
  await seedWorkflow(database, { workflowId, status: 'ENQUEUED', queue: 'mails', version, createdAt })
  return workflowId
}

const unclaimed = async (version: string) =>
  (await store.scanExecutors()).unclaimed.find((one) => one.version === version)
const move = (version: string, workflowId: string, seenAt = new Date()) =>
  store.moveToVersion({
    application: 'example',
    version,
    toVersion: 'next',
    seenAt,
    workflowIds: [workflowId],
  })

test('what is enqueued for a version of which no session tells is moved once, and stays on its queue', async () => {
  const version = `v-${randomUUID()}`
  const workflowId = await enqueue(version)
  expect(await unclaimed(version)).toMatchObject({ application: 'example', workflowCount: 1, doubts: [] })
  expect(await move('other', workflowId)).toEqual([])
  expect(await move(version, workflowId, new Date(0))).toEqual([])
  const moves = await Promise.all([move(version, workflowId), move(version, workflowId)])
  expect(moves.flat()).toEqual([workflowId])
  expect(await store.get(workflowId)).toMatchObject({ status: 'ENQUEUED', queue: 'mails', version: 'next' })
})

test.each([
  ['one of several processes by one name', ['dbos_transact_local_v9', 'dbos_transact_local_VERSION'], 'v1'],
  ['a version with an underscore', ['dbos_transact_pod_1_VERSION'], 'v_1'],
  ['a name that was cut off within the version', [`dbos_transact_${'x'.repeat(42)}_VERSION`], 'f00dfeed'],
  ['a name that was cut off before the version', [`dbos_transact_${'x_'.repeat(42)}_VERSION`], 'v1'],
  ['an executor of drover', [`dbos_transact_drover-${randomUUID()}_VERSION`], 'shop@dev'],
])('a version lives in %s, also in the moment of moving', async (_, names, version) => {
  await database.query(
    `insert into dbos.application_versions (version_id, version_name, application_name)
     values ($1, $1, 'example') on conflict do nothing`,
    [version],
  )
  const workflowId = await enqueue(version)
  const sessions = await Promise.all(
    names.map((name) => connectAs(name.replace('VERSION', version).slice(0, 63))),
  )
  expect(await unclaimed(version)).toBeUndefined()
  expect(await move(version, workflowId)).toEqual([])
  for (const session of sessions) await session.end()
  await waitUntil('its sessions are gone', async () => (await unclaimed(version)) !== undefined)
})

test('a client that runs nothing is no sign of a version; a session that listens and tells none is a doubt', async () => {
  const version = `v-${randomUUID()}`
  const workflowId = await enqueue(version)
  const client = await connectAs('dbos_transact_local_')
  expect(await unclaimed(version)).toMatchObject({ doubts: [] })
  await client.end()
  const python = await connectAs('dbos_app')
  await python.query('LISTEN dbos_notifications_channel')
  expect((await unclaimed(version))?.doubts).toEqual([expect.stringMatching(/^dbos_app of .+ \(1\)$/)])
  expect(await move(version, workflowId)).toEqual([])
  await python.end()
})

test('all that is changed at once is locked in the order of the ids, whichever verb changes it', async () => {
  const executorId = `pod-${randomUUID()}`
  const version = `gone-${randomUUID()}`
  const seed = (status: 'PENDING' | 'ENQUEUED', workflowId: string) =>
    seedWorkflow(database, {
      ...{ workflowId, status, executorId, createdAt: new Date(Date.now() - 60_000) },
      ...(status === 'ENQUEUED' && { version, queue: 'mails' }),
    })
  const changes = [
    ['PENDING', () => handOver(executorId)],
    [
      'ENQUEUED',
      (workflowIds: readonly string[]) =>
        store.moveToVersion({
          ...{ application: 'example', version, toVersion: 'v2', seenAt: new Date(), workflowIds },
        }),
    ],
  ] as const
  for (const [status, change] of changes) {
    const [first, last] = [`a-${randomUUID()}`, `b-${randomUUID()}`]
    // The one that stands first in the table is not the first.
    await seed(status, last)
    await seed(status, first)
    const lock = (id: string, how = '') =>
      `select from dbos.workflow_status where workflow_uuid = '${id}' for update ${how}`
    const other = await holdTransaction(database, lock(last))
    const changing = change([last, first])
    await untilBlocked(database, 1)
    await expect(database.query(lock(first, 'nowait'))).rejects.toMatchObject({ code: '55P03' })
    await other.commit()
    expect(await changing).toEqual([first, last])
  }
})
