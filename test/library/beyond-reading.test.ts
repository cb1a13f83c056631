import { expect, test } from 'vitest'
import { createExampleStore } from '../support/example-store.ts'
import { createTestDrover } from '../support/fake-library.ts'

const open = () => {
  const store = createExampleStore()
  const settings = { application: null, audit: { value: 'on', source: 'test' }, workflows: {} } as const
  return { store, drover: createTestDrover(store, { settings, close: async () => {} }) }
}

test('the values of a stream have their offsets, from any of them on', async () => {
  const { drover } = open()
  for (const follow of [false, true]) {
    const values = []
    for await (const value of drover.streamValues('done', 'log', { from: 1, follow })) values.push(value)
    expect(values).toEqual([{ workflowId: 'done', key: 'log', offset: 1, value: { line: 2 } }])
  }
})

test('each workflow that is to be changed has its outcome, in the order that was asked for', async () => {
  const { drover, store } = open()
  expect(await drover.cancel(['done', 'nobody', 'running', 'running'])).toMatchObject([
    { workflowId: 'done', outcome: 'no-op', before: 'SUCCESS', reason: 'already SUCCESS' },
    { workflowId: 'nobody', outcome: 'not-found', before: null },
    { workflowId: 'running', outcome: 'changed', before: 'PENDING', after: 'CANCELLED' },
  ])
  expect(await drover.resume('cancelled')).toMatchObject([{ outcome: 'changed' }])
  expect(await drover.delete('failed')).toMatchObject([{ outcome: 'changed', after: null }])
  expect(await store.get('failed')).toBeUndefined()
})

test('queues are listed, and the inbox is watched until nobody asks any more', async () => {
  const { drover } = open()
  expect(await drover.queues()).toMatchObject([{ name: 'mails' }])
  const leaving = new AbortController()
  for await (const waits of drover.watchInbox({}, { signal: leaving.signal })) {
    expect(waits).toMatchObject([{ workflowId: 'asking', step: 1, topic: 'legal' }])
    leaving.abort()
  }
})

test('what a filter finds is waited for, each with what met it; what is created, by its id', async () => {
  const { drover, store } = open()
  expect(await drover.waitForMatching({ status: ['SUCCESS'] })).toMatchObject([{ workflowId: 'done' }])
  expect(await drover.waitForMatching({ name: 'orderWorkflow' }, 'result.total=3', { any: true })).toEqual([
    { workflowId: 'done', value: 3 },
  ])
  await expect(drover.waitForMatching({ name: 'orderWorkflow' })).rejects.toMatchObject({
    code: expect.stringMatching(/^workflow-(failed|cancelled|dead)$/),
  })
  await expect(drover.waitForMatching({ name: 'nothing' })).rejects.toMatchObject({ code: 'not-there' })
  const created = drover.waitForMatching({ name: 'checkout' }, ['created', 'ended'])
  const byId = drover.wait('checkout-1', 'created')
  store.add({
    workflowId: 'checkout-1',
    name: 'checkout',
    createdAt: new Date(),
    status: 'SUCCESS',
    output: 1,
  })
  expect(await byId).toBe('checkout-1')
  expect(await drover.wait('nobody', 'deleted')).toBeNull()
  await expect(drover.wait('nobody', 'created', { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'timed-out',
  })
  void created.catch(() => {})
})

test('how long each took is only asked of some, as of the command line', async () => {
  const drover = createTestDrover(createExampleStore())
  await expect(drover.list({ longerThanMs: 1 })).rejects.toMatchObject({ code: 'usage' })
  expect(await drover.list({ longerThanMs: 1, since: new Date(0) })).not.toEqual([])
})
