import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GivenQueue } from '../../support/fake-situation.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { minutesAgo } from '../../support/family.ts'
import { openTwoStores, type TwoStores } from '../../support/two-stores.ts'

const waiting = (queue: string, partition: string, minutes: number): FakeWorkflow => {
  const status = 'ENQUEUED' as const
  return {
    workflowId: `${queue}-${partition}-${minutes}`,
    queue,
    partition,
    status,
    createdAt: minutesAgo(minutes),
  }
}
const running = (queue: string, partition: string, minutes: number): FakeWorkflow => ({
  ...waiting(queue, partition, minutes),
  workflowId: `${queue}-${partition}-runs-${minutes}`,
  status: 'PENDING',
})

/** In each the partition `eu` runs two, and `us` one; two wait in `eu`, the one that is asked about behind the other. */
const onQueue = (queue: string): FakeWorkflow[] => [
  running(queue, 'us', 9),
  running(queue, 'eu', 8),
  running(queue, 'eu', 7),
  waiting(queue, 'us', 6),
  waiting(queue, 'eu', 5),
  waiting(queue, 'eu', 4),
]

const none = { concurrency: null, workerConcurrency: null, rateLimit: null }
const registrations = {
  parted: { columns: { concurrency: 9, partition_concurrency: 2, partition_worker_concurrency: 1 } },
  // An SDK before 5.0 wrote it.
  marked: { columns: { concurrency: 2, worker_concurrency: 1, partition_queue: true } },
  whole: { columns: { concurrency: 3 } },
} as const
const queueStates: Record<keyof typeof registrations, GivenQueue> = {
  parted: { isRegistered: true, concurrency: 9, partition: { concurrency: 2, workerConcurrency: 1 } },
  marked: { isRegistered: true, ...none, partition: { concurrency: 2, workerConcurrency: 1 } },
  whole: { isRegistered: true, concurrency: 3 },
}

let stores: TwoStores

beforeAll(async () => {
  stores = await openTwoStores(Object.keys(registrations).flatMap(onQueue), { queueStates })
  for (const [name, { columns }] of Object.entries(registrations)) {
    const words = Object.keys(columns)
    await stores.database.query(
      `insert into dbos.queues (name, polling_interval_sec, ${words.join(', ')})
       values ($1, 1, ${words.map((_, index) => `$${index + 2}`).join(', ')})`,
      [name, ...Object.values(columns)],
    )
  }
})

afterAll(() => stores.close())

test.each(Object.keys(registrations))(
  'the fake store and the real one agree on the queue %s',
  async (name) => {
    const { ask } = stores
    await ask(async (store) => (await store.situations([`${name}-eu-4`]))[0]?.outlook?.queue)
    for (const partition of ['eu', 'us', 'nowhere', null]) {
      await ask(
        async (store) => (await store.outlook({ queue: name, application: 'example', partition })).queue,
      )
    }
    await ask(async (store) => {
      const { facts } = await store.facts(await store.list({ queue: name, limit: 9 }))
      return [...facts].map(([id, { outlook }]) => [id, outlook?.queue]).sort()
    })
  },
)

test('a partition has its own numbers, and the queue those of all', async () => {
  const seen = await stores.ask(async (store) => {
    const [situation] = await store.situations(['parted-eu-4'])
    return { queue: situation?.outlook?.queue, ahead: situation?.ahead }
  })
  expect(seen).toMatchObject({
    queue: {
      ...{
        concurrency: 9,
        runningCount: 3,
        running: ['parted-us-runs-9', 'parted-eu-runs-8', 'parted-eu-runs-7'],
      },
      partition: { key: 'eu', concurrency: 2, workerConcurrency: 1, runningCount: 2 },
    },
    ahead: ['parted-eu-5'],
  })
})

test('before SDK 5.0 all limits of a partitioned queue were those of a partition', async () => {
  const { queue } = await stores.real.outlook({ queue: 'marked', application: 'example', partition: 'us' })
  expect(queue).toMatchObject({ ...none, runningCount: 3, partition: { concurrency: 2, runningCount: 1 } })
})

test('against a rate limit counts what was taken under one, in its partition', async () => {
  const { database, real } = stores
  await database.query(
    `insert into dbos.queues (name, polling_interval_sec, rate_limit_max, rate_limit_period_sec,
       partition_rate_limit_max, partition_rate_limit_period_sec) values ('rated', 1, 5, 86400, 2, 86400)`,
  )
  await database.query(`update dbos.workflow_status set queue_name = 'rated', rate_limited = true
    where workflow_uuid in ('whole-us-runs-9', 'whole-eu-runs-8')`)
  await database.query(
    `update dbos.workflow_status set queue_name = 'rated' where workflow_uuid = 'whole-eu-runs-7'`,
  )
  const { queue } = await real.outlook({ queue: 'rated', application: 'example', partition: 'eu' })
  expect(queue).toMatchObject({
    ...{ rateLimit: { max: 5 }, startedInPeriod: 2 },
    partition: { rateLimit: { max: 2, periodMs: 86_400_000 }, runningCount: 2, startedInPeriod: 1 },
  })
})
