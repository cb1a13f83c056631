import { describe, expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'
import { waitUntil } from '../../support/wait-until.ts'

test('a message is JSON if it parses, else a string', async () => {
  const store = createExampleStore()
  await runCli(['send', 'asking', '{"approved": true}', '--topic', 'legal'], { store })
  await runCli(['send', 'asking', 'hello there', '--topic', 'legal'], { store })
  expect(store.sent).toMatchObject([
    { workflowId: 'asking', topic: 'legal', message: { approved: true } },
    { workflowId: 'asking', topic: 'legal', message: 'hello there' },
  ])
})

test('--portable asks for portable JSON; else the workflow says it', async () => {
  const store = createExampleStore()
  await runCli('send asking x --topic legal --portable', { store })
  await runCli('send asking x --topic legal', { store })
  expect(store.sent.map(({ portable }) => portable)).toEqual([true, undefined])
})

test('a message to a topic that nobody waits on is sent, and said', async () => {
  const { code, stderr } = await runCli('send asking x --topic lgeal', { store: createExampleStore() })
  expect(code).toBe(0)
  expect(stderr).toContain(
    'Sent to asking, on topic "lgeal".\nwarning: it waits on topic "legal", not on topic "lgeal".\nhint: drover send asking x --topic legal\n',
  )
})

test('a message to an ended workflow is refused, unless forced', async () => {
  const store = createExampleStore()
  expect(await runCli('send done x', { store })).toMatchObject({
    code: 9,
    stderr: expect.stringContaining('done ended SUCCESS: nobody would read the message.'),
  })
  expect((await runCli('send done x --force', { store })).code).toBe(0)
  expect(store.sent).toHaveLength(1)
})

test('the message comes from a file, or from stdin', async () => {
  const store = createExampleStore()
  const files = { '/project/message.json': '{"a": 1}' }
  await runCli('send asking --input @message.json', { store, files })
  await runCli('send asking --input -', { store, stdin: '[2]' })
  expect(store.sent.map(({ message }) => message)).toEqual([{ a: 1 }, [2]])
  expect((await runCli('send asking --input @nope.json', { store, files })).code).toBe(2)
  expect((await runCli('send asking', { store })).code).toBe(2)
})

test('a number that would arrive as another one is refused', async () => {
  const store = createExampleStore()
  expect((await runCli('send asking 12345678901234567890', { store })).code).toBe(2)
  expect(store.sent).toEqual([])
})

describe('a receipt', () => {
  const asking = () =>
    createFakeStore([
      {
        workflowId: 'refund-6',
        name: 'refund',
        did: [
          { event: 'awaiting:refund', value: { prompt: 'Pay?' } },
          { recv: 'refund', timeoutSeconds: 600 },
        ],
      },
    ])
  const line = (stage: string) => `send refund-6 true --topic refund --wait ${stage}`

  async function whenSent(store: FakeStore, goOn: () => void) {
    await waitUntil(
      'it was sent, and somebody waits for its reader',
      () => store.sent.length > 0 && store.isFollowed,
    )
    goOn()
  }

  test('comes when a step has read it', async () => {
    const store = asking()
    const run = runCli(`${line('read')} -o json`, { store })
    await whenSent(store, () => store.receive('refund-6', 'refund'))
    const { code, stdout, stderr } = await run
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^Sent to refund-6, on topic "refund"\.\n(.*\n)*Read by step 1\.\n$/),
    })
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'sent', readByStep: 1, status: null })
  })

  test('or when the workflow ended after it, with its code', async () => {
    const store = asking()
    const run = runCli(line('ended'), { store })
    await whenSent(store, () => {
      store.receive('refund-6', 'refund')
      store.end('refund-6', 'ERROR', { error: { name: 'E', message: 'no' } })
    })
    expect(await run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Read by step 1, and it ended ERROR.'),
    })
  })

  test('of what is never read there is none', async () => {
    const store = asking()
    const run = runCli(line('read').replace('topic refund', 'topic other'), { store })
    await whenSent(store, () => store.end('refund-6', 'CANCELLED'))
    expect(await run).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('Never read: it ended CANCELLED.'),
    })
    expect(await runCli(`${line('read')} --timeout 20ms`, { store: asking() })).toMatchObject({
      code: 124,
      stderr: expect.stringContaining('Not read yet.'),
    })
  })
})
