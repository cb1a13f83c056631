import { randomUUID } from 'node:crypto'
import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

let database: TestDatabase
let owner: Store
let client: DBOSClient

beforeAll(async () => {
  database = await createTestDatabase({ own: false })
  owner = await openStore(database.target)
  client = await DBOSClient.create({ systemDatabaseUrl: database.target.url })
  await database.query(`create role ${operator} login`)
  await database.query(
    `grant usage on schema dbos to ${operator};
     grant select on all tables in schema dbos to ${operator};
     grant insert, update, delete on dbos.queues to ${operator}`,
  )
})

/** Of this run alone: roles are of the whole server. */
const operator = `pauser_${randomUUID().slice(0, 8)}`

beforeEach(async () => {
  await database.query('drop schema if exists drover cascade; delete from dbos.queues')
  await workerStarts(3)
})

afterAll(async () => {
  await client.destroy()
  await owner.close()
  await database.query(`drop owned by ${operator}; drop role ${operator}`)
  await database.drop()
})

/** What the launch of an application does that registers its queues. */
async function workerStarts(workerConcurrency: number | undefined): Promise<void> {
  await client.registerQueue('mails', { workerConcurrency })
}

const queue = async (store = owner) => (await store.queues())[0]
const triggers = async () =>
  (
    await database.query(
      `select 1 from pg_trigger where tgrelid = 'dbos.queues'::regclass and not tgisinternal`,
    )
  ).length

async function withOperator<Result>(use: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore(database.targetAs(operator))
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

test('a worker that restarts does not end a pause, and what it wanted is what comes back', async () => {
  expect(await owner.pauseQueue('mails')).toEqual({
    outcome: 'paused',
    workerConcurrency: 3,
    guard: 'trigger',
  })
  expect(await queue()).toMatchObject({
    workerConcurrency: 0,
    pause: { since: expect.any(Date), workerConcurrency: 3, isGuarded: true, isOver: false },
  })
  await workerStarts(5)
  expect(await queue()).toMatchObject({ workerConcurrency: 0, pause: { workerConcurrency: 5 } })
  await workerStarts(undefined)
  expect(await queue()).toMatchObject({ workerConcurrency: 0, pause: { workerConcurrency: null } })
  await workerStarts(5)
  expect(await owner.pauseQueue('mails')).toEqual({ outcome: 'paused-already' })
  expect(await owner.resumeQueue('mails')).toBe('resumed')
  expect(await queue()).toMatchObject({ workerConcurrency: 5, pause: null })
  expect(await triggers()).toBe(0)
  expect(await owner.resumeQueue('mails')).toBe('not-paused')
})

test('a worker that leaves the limits alone does not change what comes back', async () => {
  await owner.pauseQueue('mails')
  await client.registerQueue('mails', { workerConcurrency: 9, onConflict: 'never_update' })
  await owner.resumeQueue('mails')
  expect(await queue()).toMatchObject({ workerConcurrency: 3 })
})

test('other queues are as they are wanted meanwhile, and the trigger stays until the last pause ends', async () => {
  await client.registerQueue('slow', { workerConcurrency: 1 })
  await owner.pauseQueue('mails')
  await owner.pauseQueue('slow')
  await owner.resumeQueue('slow')
  expect(await triggers()).toBe(1)
  await client.registerQueue('slow', { workerConcurrency: 2 })
  const slow = (await owner.queues()).find(({ name }) => name === 'slow')
  expect(slow).toMatchObject({ workerConcurrency: 2, pause: null })
  await owner.setQueue('mails', { workerConcurrency: 7 })
  expect(await queue()).toMatchObject({ workerConcurrency: 0, pause: { workerConcurrency: 7 } })
  expect(await owner.resumeQueue('mails', 8)).toBe('resumed')
  expect(await queue()).toMatchObject({ workerConcurrency: 8 })
  expect(await triggers()).toBe(0)
})

test('a queue that is deleted takes its pause along', async () => {
  await owner.pauseQueue('mails')
  expect(await owner.deleteQueue('mails')).toBe('changed')
  await workerStarts(2)
  expect(await queue()).toMatchObject({ workerConcurrency: 2, pause: null })
  expect(await triggers()).toBe(0)
})

test('who may create nothing pauses until a worker restarts', async () => {
  await withOperator(async (store) => {
    expect(await store.pauseQueue('mails')).toMatchObject({ guard: 'none', workerConcurrency: 3 })
    expect(await queue(store)).toMatchObject({
      pause: { since: null, isGuarded: false, isOver: false, workerConcurrency: undefined },
    })
    expect(await store.resumeQueue('mails')).toBe('limit-unknown')
    await workerStarts(3)
    expect(await queue(store)).toMatchObject({ workerConcurrency: 3, pause: null })
    expect(await store.resumeQueue('mails')).toBe('not-paused')
  })
})

test('once the owner paused a queue whoever may change queues pauses as well', async () => {
  await client.registerQueue('slow', { workerConcurrency: 1 })
  await owner.pauseQueue('slow')
  await withOperator(async (store) => {
    expect(await store.pauseQueue('mails')).toMatchObject({ guard: 'trigger' })
    await workerStarts(4)
    expect(await queue(store)).toMatchObject({ workerConcurrency: 0, pause: { workerConcurrency: 4 } })
    expect(await store.resumeQueue('mails')).toBe('resumed')
  })
})

test('a pause on record that a restart ended is told', async () => {
  await owner.pauseQueue('mails')
  await database.query('drop trigger drover_keep_paused on dbos.queues')
  await workerStarts(6)
  expect(await queue()).toMatchObject({ workerConcurrency: 6, pause: { isOver: true, isGuarded: false } })
  expect(await owner.resumeQueue('mails')).toBe('ended-before')
  expect(await queue()).toMatchObject({ workerConcurrency: 6, pause: null })
})

test('a queue in code is told from one that is not there', async () => {
  await database.query(
    `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name) values ('w', 'PENDING', 'w', 'in code')`,
  )
  expect(await owner.pauseQueue('in code')).toEqual({ outcome: 'in-code' })
  expect(await owner.pauseQueue('_dbos_internal_queue')).toEqual({ outcome: 'in-code' })
  expect(await owner.pauseQueue('nothing')).toEqual({ outcome: 'not-found' })
  await database.query(`delete from dbos.workflow_status`)
})
