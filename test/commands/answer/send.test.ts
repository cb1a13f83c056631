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

describe('with a filter', () => {
  const line = (...more: string[]) => [
    ...['send', '--name', 'orderWorkflow', '--topic', 'legal', '--input', '{"go": 1}'],
    ...more,
  ]
  const active = ['asking', 'answered', 'running', 'queued']

  test('each that has not ended gets the message once, and an outcome', async () => {
    const store = createExampleStore()
    const { code, stdout, stderr } = await runCli(line('--yes', '-o', 'json'), { store })
    expect(code).toBe(0)
    const rows = JSON.parse(stdout)
    expect(rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual(active.map(() => 'changed'))
    expect(store.sent.map(({ workflowId }) => workflowId).toSorted()).toEqual(active.toSorted())
    for (const sent of store.sent) expect(sent).toMatchObject({ topic: 'legal', message: { go: 1 } })
    expect(new Set(store.sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(active.length)
    expect(stderr).toContain('4 sent.')
  })

  test('a dry run says who would get it and who waits for it, and sends nothing', async () => {
    const store = createExampleStore()
    const { code, stdout, stderr } = await runCli(line('--dry-run', '-o', 'ids'), { store })
    expect({ code, ids: stdout.trimEnd().split('\n').toSorted() }).toEqual({
      code: 0,
      ids: active.toSorted(),
    })
    expect(stderr).toContain('1 of 4 wait on topic "legal" now')
    expect(store.sent).toEqual([])
  })

  test('it asks first, and without a terminal wants --yes', async () => {
    const store = createExampleStore()
    const refused = await runCli(line(), { store })
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('whether to send to 4 workflows')
    const no = await runCli(line(), { store, isTerminal: true, answers: [false] })
    expect(no.code).toBe(130)
    expect(store.sent).toEqual([])
    const yes = await runCli(line(), { store, isTerminal: true, answers: [true] })
    expect(yes.code).toBe(0)
    expect(yes.stderr).toContain('Send to 4 workflows in fake database?')
    expect(store.sent).toHaveLength(4)
  })

  test('the same with its ledger sends nothing again, and another message is refused', async () => {
    const store = createExampleStore()
    const written: Record<string, string> = {}
    const run = (words: readonly string[]) =>
      runCli([...words, '--yes', '--ledger', 'sent.jsonl'], { store, written })
    expect((await run(line())).code).toBe(0)
    expect(await run(line())).toMatchObject({ code: 0, stderr: expect.stringContaining('complete') })
    expect(store.sent).toHaveLength(4)
    // As after a kill right behind the first batch.
    const file = '/project/sent.jsonl'
    written[file] = (written[file] ?? '').split('\n').slice(0, 3).join('\n')
    expect((await run(line())).code).toBe(0)
    expect(store.sent).toHaveLength(4)
    const other = line().map((word) => (word.startsWith('{') ? '{"go": 2}' : word))
    expect(await run(other)).toMatchObject({ code: 2, stderr: expect.stringContaining('another run') })
  })

  test.each([
    [['send', 'asking', 'x', '--name', 'orderWorkflow'], 'Ids and filters cannot be combined'],
    [['send', '--name', 'orderWorkflow'], 'With a filter --input has the message.'],
    [['send', '--name', 'orderWorkflow', '--input', 'no json'], 'JSON'],
    [[...line(), '--wait', 'read'], '--wait is for one workflow'],
    [[...line(), '--force'], '--force is for one workflow'],
    [['send', 'asking', 'x', '--dry-run'], '--dry-run is for several workflows'],
    [['send', 'asking', 'x', '--ledger', 'f'], '--ledger is for several workflows'],
    [['send'], "Missing required argument 'id'."],
  ])('%s is refused', async (words, sentence) => {
    const store = createExampleStore()
    const { code, stderr } = await runCli(words, { store })
    expect(code).toBe(2)
    expect(stderr).toContain(sentence)
    expect(stderr).toMatch(/hint: /)
    expect(store.sent).toEqual([])
  })

  test('--input - reads the message, and then nobody can be asked', async () => {
    const store = createExampleStore()
    const words = ['send', '--name', 'orderWorkflow', '--input', '-']
    expect(await runCli(words, { store, stdin: '{}', isTerminal: true })).toMatchObject({ code: 2 })
    expect((await runCli([...words, '--yes'], { store, stdin: '[1]' })).code).toBe(0)
    expect(store.sent[0]).toMatchObject({ message: [1], topic: null })
  })
})
