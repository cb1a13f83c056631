import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { parseConditions } from '../../../src/core/wait/condition.ts'
import { waitFor, waitForMatching } from '../../../src/core/wait/wait-for.ts'
import { patience } from '../../support/patience.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

let real: RealStore
beforeAll(async () => {
  real = await openRealStore()
})
afterAll(() => real.close())

const timeoutMs = patience()

/** A store whose looks for what is there are told, so that something can happen between two of them. */
function betweenLooks(act: () => Promise<void>): Store {
  let looks = 0
  const look = async () => {
    looks += 1
    if (looks === 3) await act()
  }
  return {
    ...real.store,
    list: async (query) => {
      await look()
      return real.store.list(query)
    },
    existing: async (ids) => {
      await look()
      return real.store.existing(ids)
    },
  }
}

const seed = (workflowId: string, order: number, name = 'checkout') =>
  seedWorkflow(real.database, {
    workflowId,
    name,
    status: 'SUCCESS',
    output: { status: 'paid', order },
    attributes: { order },
    createdAt: new Date(),
  })

test('the workflow that appears is found by its attributes, and waited for to its end', async () => {
  await seed('order-16', 17)
  const watched = betweenLooks(async () => {
    await seed('other', 17, 'refund')
    await seed('order-18', 18)
    await seed('order-17', 17)
  })
  const filter = { name: 'checkout', attributes: { order: 17 } }
  expect(await waitForMatching(watched, filter, parseConditions(['created']), { timeoutMs })).toEqual([
    { workflowId: 'order-17', value: 'order-17' },
  ])
  const since = new Date(Date.now() - 3_600_000)
  const conditions = parseConditions(['created', 'result.status=paid'])
  expect(await waitForMatching(real.store, { ...filter, since }, conditions, { timeoutMs })).toEqual([
    { workflowId: 'order-17', value: 'paid' },
  ])
})

test('an id is waited for until it is there, and until it is gone', async () => {
  const coming = betweenLooks(() => seed('late', 1))
  expect(await waitFor(coming, 'late', parseConditions(['created', 'result']), { timeoutMs })).toEqual({
    status: 'paid',
    order: 1,
  })
  const leaving = betweenLooks(async () => {
    await real.store.manage('delete', [{ workflowId: 'late', status: 'SUCCESS' }])
  })
  expect(await waitFor(leaving, 'late', parseConditions(['deleted']), { timeoutMs })).toBeNull()
})
