import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoStores, type TwoStores } from '../../support/two-stores.ts'

const minuteMs = 60_000
/** Half a minute off the moments that are asked for, so that the time a test takes changes nothing. */
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * minuteMs)

let stores: TwoStores

beforeAll(async () => {
  stores = await openTwoStores([
    { workflowId: 'waits', queue: 'mails', status: 'ENQUEUED', createdAt: minutesAgo(25) },
    { workflowId: 'runs', queue: 'mails', createdAt: minutesAgo(45), startedAt: minutesAgo(15) },
    {
      workflowId: 'ended',
      queue: 'mails',
      status: 'SUCCESS',
      createdAt: minutesAgo(55),
      startedAt: minutesAgo(35),
      completedAt: minutesAgo(5),
    },
    {
      workflowId: 'old',
      queue: 'idle',
      status: 'SUCCESS',
      createdAt: minutesAgo(300),
      startedAt: minutesAgo(299),
      completedAt: minutesAgo(280),
    },
    { workflowId: 'delayed', queue: 'mails', status: 'DELAYED', createdAt: minutesAgo(55) },
    { workflowId: 'elsewhere', status: 'PENDING', createdAt: minutesAgo(55) },
  ])
})

afterAll(() => stores.close())

test('how many waited at each moment, and the oldest for how long, in both stores', async () => {
  const ask = (count: number) =>
    stores.ask(async (store) => {
      const history = await store.queueHistory({ stepMs: 10 * minuteMs, count })
      const mails = history.get('mails')
      const inMinutes = mails?.oldestMs.map((ms) => (ms === null ? null : Math.floor(ms / minuteMs)))
      return { waiting: mails?.waiting, oldest: inMinutes }
    })
  expect(await ask(7)).toEqual({
    waiting: [0, 1, 2, 1, 2, 1, 1],
    oldest: [null, 5, 15, 15, 25, 15, 25],
  })
  expect(await ask(1)).toEqual({ waiting: [1], oldest: [25] })
})

test('a queue on which nothing waited within that time is not there', async () => {
  expect((await stores.real.queueHistory({ stepMs: 10 * minuteMs, count: 7 })).has('idle')).toBe(false)
})
