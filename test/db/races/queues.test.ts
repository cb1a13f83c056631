import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { untilBlockedAt } from '../../support/held-transaction.ts'
import { openSlowOperator, type SlowOperator } from '../../support/race.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'

let real: RealStore
let slow: SlowOperator
let client: DBOSClient
beforeAll(async () => {
  real = await openRealStore()
  slow = await openSlowOperator(real.database)
  client = await DBOSClient.create({ systemDatabaseUrl: real.database.target.url })
})
afterAll(async () => {
  await client?.destroy()
  await slow?.close()
  await real?.close()
})
beforeEach(async () => {
  await real.database.query('drop schema if exists drover cascade; delete from dbos.queues')
  await workerStarts(3)
})

/** What the launch of an application does that registers its queues. */
async function workerStarts(workerConcurrency: number, name = 'mails'): Promise<void> {
  await client.registerQueue(name, { workerConcurrency })
}

const queue = async (name = 'mails') => (await real.store.queues()).find((one) => one.name === name)

test('of two operators who pause a queue one pauses it, and the limit that comes back is that of before', async () => {
  const outcome = await slow.race(
    /pg_advisory_xact_lock/,
    (store) => store.pauseQueue('mails'),
    () => real.store.pauseQueue('mails'),
  )
  expect(outcome).toEqual({ outcome: 'paused-already' })
  expect(await real.store.resumeQueue('mails')).toBe('resumed')
  expect(await queue()).toMatchObject({ workerConcurrency: 3, pause: null })
})

test('a worker that starts while a queue is paused changes what comes back', async () => {
  await slow.race(
    /pg_advisory_xact_lock/,
    (store) => store.pauseQueue('mails'),
    () => workerStarts(5),
  )
  expect(await queue()).toMatchObject({
    workerConcurrency: 0,
    pause: { workerConcurrency: 5, isOver: false },
  })
})

test('of two operators who resume a queue one resumes it', async () => {
  await real.store.pauseQueue('mails')
  const outcome = await slow.race(
    /for update/,
    (store) => store.resumeQueue('mails'),
    () => real.store.resumeQueue('mails'),
  )
  expect(outcome).toBe('not-paused')
  expect(await queue()).toMatchObject({ workerConcurrency: 3, pause: null })
})

test('a worker that starts while its queue is resumed waits for it, and has its way', async () => {
  await real.store.pauseQueue('mails')
  let started: Promise<void> | undefined
  const outcome = await slow.race(
    /delete from drover.queue_pauses/,
    (store) => store.resumeQueue('mails'),
    async () => {
      started = workerStarts(5)
      await untilBlockedAt(real.database, 'INSERT INTO "dbos".queues')
    },
  )
  await started
  expect(outcome).toBe('resumed')
  expect(await queue()).toMatchObject({ workerConcurrency: 5, pause: null })
})

test('a queue that is paused while the last other pause ends stays paused when a worker restarts', async () => {
  await workerStarts(4, 'slow')
  await real.store.pauseQueue('slow')
  const outcome = await slow.race(
    /insert into drover.queue_pauses/,
    (store) => store.pauseQueue('mails'),
    () => real.store.resumeQueue('slow'),
  )
  expect(outcome).toEqual({ outcome: 'paused', workerConcurrency: 3, guard: 'trigger' })
  await workerStarts(7)
  expect(await queue()).toMatchObject({
    workerConcurrency: 0,
    pause: { workerConcurrency: 7, isGuarded: true },
  })
})

test('limits that are set while somebody pauses come back when it is resumed', async () => {
  const partitions = { partitionConcurrency: 2, workerConcurrency: 9 }
  const result = await slow.race(
    /with found as/,
    (store) => store.setQueue('mails', partitions),
    () => real.store.pauseQueue('mails'),
  )
  expect(result).toBe('changed')
  expect(await queue()).toMatchObject({
    ...{ workerConcurrency: 0, partitionConcurrency: 2, isPartitioned: true },
    pause: { workerConcurrency: 9 },
  })
})

test('two operators who set limits of partitions both have their way, and a queue that was deleted is told', async () => {
  const set = () =>
    slow.race(
      /with found as/,
      (store) => store.setQueue('mails', { partitionConcurrency: null }),
      () => real.store.setQueue('mails', { partitionWorkerConcurrency: 2 }),
    )
  await real.store.setQueue('mails', { partitionConcurrency: 4 })
  expect(await set()).toBe('changed')
  expect(await queue()).toMatchObject({
    ...{ partitionConcurrency: null, partitionWorkerConcurrency: 2, isPartitioned: true },
  })
  const gone = await slow.race(
    /with found as/,
    (store) => store.setQueue('mails', { concurrency: 1 }),
    () => real.store.deleteQueue('mails'),
  )
  expect(gone).toBe('not-found')
})

test('a queue on which something is enqueued before it is locked is not deleted', async () => {
  const result = await slow.race(
    /for update of q/,
    (store) => store.deleteQueue('mails'),
    () =>
      real.database.query(
        `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name)
           values ('late', 'ENQUEUED', 'w', 'mails')`,
      ),
  )
  expect(result).toBe('no-op')
  expect(await queue()).toBeDefined()
})
