import { expect, test } from 'vitest'
import type { FollowOptions, Store } from '../../src/core/store.ts'
import { createFakeStore, type FakeStore } from '../support/fake-store.ts'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { sitDown } from '../support/sit-down.ts'
import { waitUntil } from '../support/wait-until.ts'

const gone = 'It is not there any more: somebody deleted it.'
const now = new Date('2026-01-02T03:05:05Z')

/** It asks, streams and has a child that goes on. */
const order: FakeWorkflow = {
  workflowId: 'order-1',
  name: 'checkout',
  did: [
    { step: 'charge', output: { total: 3 } },
    { child: 'parcel-1', name: 'parcel' },
    { stream: 'log', value: 'charged' },
    { event: 'awaiting:pay', value: { prompt: 'Pay 3 €?' } },
    { recv: 'pay', timeoutSeconds: 3600 },
  ],
}

const createShop = () =>
  createFakeStore([order, { workflowId: 'parcel-1', name: 'parcel', parentId: 'order-1' }], {
    now: () => now,
  })

async function remove(store: Store, workflowId = 'order-1'): Promise<void> {
  const [state] = await store.states([workflowId])
  const deleted = await store.manage('delete', state ? [{ workflowId, status: state.status }] : [])
  expect(deleted).toMatchObject([{ outcome: 'changed' }])
}

const sit = (store: Store, line = 'top') => sitDown(store, line, { now })

test.each([
  ['workflow', [[['return'], 'charge']]],
  [
    'steps',
    [
      [['return'], '[picture]'],
      [['2'], '[steps 5]'],
    ],
  ],
  ['explain', [[['e'], 'executor   drover-test']]],
  [
    'stream',
    [
      [['return'], '[picture]'],
      [['4'], '[streams 1]'],
      [['return'], ' › log'],
    ],
  ],
  [
    'question',
    [
      [[':', ...'inbox', 'return'], 'inbox, 1 wait'],
      [['return'], ' · waits '],
    ],
  ],
] as const)(
  'what is deleted while it is looked at is said to be gone, stays in sight, and one goes back: %s',
  async (_, path) => {
    const store = createShop()
    const ada = sit(store)
    await ada.until('order-1')
    let last = 'order-1'
    for (const [keys, sees] of path) {
      ada.press(...keys)
      await ada.until(sees)
      last = sees
    }
    await remove(store)
    await ada.until(gone)
    expect(ada.shown()).toContain(last)
    if (!ada.shown().includes(' › log')) {
      ada.press('c')
      await ada.until('Cancel order-1 of checkout?')
      ada.press('y')
      await ada.until('order-1 of checkout: it is not there any more.')
    }
    for (const _ of path) ada.press('escape')
    await waitUntil('it is not in the list', () => !ada.shown().includes('order-1'))
    ada.press('q')
    expect((await ada.ended).code).toBe(0)
  },
)

/** Follows only once something has happened: what is told beside it is told before. */
function followedAfter(store: FakeStore, happened: Promise<void>): Store {
  return {
    ...store,
    follow: async function* (ids: readonly string[], options: FollowOptions) {
      await happened
      yield* store.follow(ids, options)
    },
  }
}

test('it is gone for whoever was told why and nothing else yet, and is there again when it comes back', async () => {
  const store = createShop()
  let happen = (): void => {}
  const happened = new Promise<void>((resolve) => {
    happen = resolve
  })
  const ada = sit(followedAfter(store, happened))
  await ada.until('order-1')
  ada.press('return')
  await ada.until('why  ')
  await remove(store)
  happen()
  await ada.until(gone)
  ada.press('c')
  await ada.until('Cancel order-1 of checkout?')
  ada.press('n')
  store.add({ ...order, did: [{ step: 'again' }] })
  await ada.until('again')
  expect(ada.shown()).not.toContain(gone)
  expect(ada.shown()).not.toContain('charge')
  ada.press('q')
  await ada.ended
})

test('a picker of what is deleted meanwhile ends as for any id that is not there', async () => {
  const store = createShop()
  const ada = sit(store, 'get')
  await ada.until('order-1')
  ada.press('/', ...'order-1', 'return')
  await remove(store)
  ada.press('return')
  expect(await ada.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('hint: drover ') })
})

test('a picker takes in what is new, also with a filter', async () => {
  const store = createShop()
  const ada = sit(store, 'get')
  await ada.until('order-1')
  ada.press('/', ...'order', 'return')
  await ada.until('get which workflow? › /order')
  store.add({ workflowId: 'order-2', name: 'checkout', createdAt: now })
  await ada.until('order-2')
  ada.press('return')
  expect((await ada.ended).stdout).toContain('order-1')
})

test('watch says at once that it was deleted, though its children go on', async () => {
  const store = createShop()
  const ada = sit(store, 'watch order-1')
  await ada.until('charge')
  await remove(store)
  await ada.until('Somebody deleted order-1.')
  store.end('parcel-1', 'SUCCESS')
  expect((await ada.ended).code).toBe(4)
})
