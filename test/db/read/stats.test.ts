import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTwoStores, type TwoStores } from '../../support/two-stores.ts'

let stores: TwoStores
const begin = Date.UTC(2026, 0, 1)
const second = (seconds: number) => new Date(begin + seconds * 1000)

beforeAll(async () => {
  stores = await openTwoStores([
    ...Array.from({ length: 20 }, (_, index) => ({
      workflowId: `order-${index}`,
      name: 'order',
      queue: index % 2 === 0 ? 'mails' : undefined,
      status: index === 3 ? ('ERROR' as const) : ('SUCCESS' as const),
      createdAt: second(index),
      startedAt: second(index + 1),
      completedAt: second(index + 2 + index),
      did: [{ step: 'charge' }],
    })),
    {
      ...{ workflowId: 'late', name: 'report', status: 'CANCELLED' as const },
      ...{ createdAt: second(0), completedAt: second(50) },
    },
    {
      workflowId: 'before',
      name: 'order',
      status: 'SUCCESS',
      createdAt: second(-9),
      completedAt: second(-5),
    },
    { workflowId: 'running', name: 'order', createdAt: second(1) },
  ])
})

afterAll(() => stores.close())

const range = { since: second(0), until: second(60), parts: 6 }

test('the fake store and the real one agree on what a time was', async () => {
  const all = await stores.ask((store) => store.stats(range))
  expect(all).toMatchObject({ ended: 21, failed: 1, steps: 20, waitMs: { p50: 1000, p95: 1000 } })
  expect(all.endedOverTime).toEqual([4, 5, 5, 5, 1, 1])
  expect(all.durationMs).toEqual({ p50: 11_000, p95: 20_000 })
  expect(all.names.map(({ name, ended, failed }) => [name, ended, failed])).toEqual([
    ['order', 20, 1],
    ['report', 1, 0],
  ])
  expect(all.slowest.map(({ workflowId }) => workflowId)).toEqual([
    ...['late', 'order-19', 'order-18', 'order-17', 'order-16'],
  ])
  const mails = await stores.ask((store) => store.stats({ ...range, queue: ['mails'] }))
  expect(mails).toMatchObject({ ended: 10, failed: 0 })
  const none = await stores.ask((store) => store.stats({ ...range, name: ['nothing'] }))
  expect(none).toMatchObject({ ended: 0, steps: 0, waitMs: null, durationMs: null, names: [], slowest: [] })
})

test('how many it reads is known before', async () => {
  await stores.database.query('analyze dbos.workflow_status')
  expect(await stores.real.estimateStats(range)).toBeGreaterThan(10)
  expect(await stores.real.estimateStats({ ...range, since: second(-99), until: second(-98) })).toBeLessThan(
    10,
  )
})
