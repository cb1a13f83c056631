import { expect, test } from 'vitest'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { type FakeWorkflow, fakeEpoch } from '../../support/fake-workflow.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { runCli } from '../../support/run-cli.ts'
import { waitUntil } from '../../support/wait-until.ts'

const now = new Date('2026-01-02T03:05:05Z')

/** A wait of each kind: asked, configured, learned, inferred; waiting, answered, overdue. */
function createDeskStore(): FakeStore {
  return createFakeStore([
    {
      workflowId: 'refund-7',
      name: 'refund',
      did: [
        { event: 'awaiting:legal', value: { prompt: 'Refund 300 €?' } },
        { recv: 'legal', timeoutSeconds: 86_400 },
      ],
    },
    { workflowId: 'pay-1', name: 'pay', did: [{ recv: 'webhook', timeoutSeconds: 3600 }] },
    {
      workflowId: 'old-1',
      name: 'ship',
      status: 'SUCCESS',
      did: [{ step: 'pack' }, { recv: 'courier', message: { approved: true } }],
    },
    { workflowId: 'ship-2', name: 'ship', did: [{ step: 'pack' }, { recv: 'courier', timeoutSeconds: 600 }] },
    {
      workflowId: 'who-knows',
      name: 'odd',
      did: [{ step: 'a' }, { step: 'b' }, { recv: 'x', timeoutSeconds: 1 }],
    },
    {
      workflowId: 'done-soon',
      name: 'refund',
      did: [
        { event: 'awaiting:legal', value: 'Refund 5 €?' },
        { recv: 'legal', timeoutSeconds: 86_400 },
      ],
      unread: [{ topic: 'legal', message: true }],
    },
  ])
}

const files = {
  '/project/drover.config.json': JSON.stringify({
    workflows: { pay: { topic: 'webhook', approve: 'paid', reject: 'no' } },
  }),
}

test('inbox lists every wait, what it asks, and how that is known', async () => {
  const wide = await runCli('inbox --no-pick', {
    store: createDeskStore(),
    files,
    isTerminal: true,
    columns: 100,
    now,
  })
  expect(wide.stdout).toMatchInlineSnapshot(`
    "WAIT         WORKFLOW  QUESTION                 TOPIC      SINCE     LEFT  STATE       TOLD BY
    pay-1#0      pay       (a message on webhook)   webhook   1m ago  59m 00s  ● waiting   configured
    done-soon#1  refund    Refund 5 €?              legal    59s ago  23h 59m  ✓ answered  asked
    refund-7#1   refund    Refund 300 €?            legal    59s ago  23h 59m  ● waiting   asked
    ship-2#1     ship      (a message on courier?)  courier  59s ago   9m 00s  ! expiring  learned
    who-knows#2  odd       (a message)                       59s ago     -58s  ! overdue   inferred
    "
  `)
  const narrow = await runCli('inbox', {
    store: createDeskStore(),
    files,
    isTerminal: true,
    columns: 40,
    now,
  })
  expect(narrow.stdout).toMatchInlineSnapshot(`""`)
})

test('in a pipe it is full values between tabs, and -o ids is what approve reads', async () => {
  const run = await runCli('inbox --topic legal --name refund', { store: createDeskStore(), now })
  expect(run.stdout.split('\n')[0]?.split('\t').slice(0, 3)).toEqual(['done-soon#1', 'refund', 'Refund 5 €?'])
  const ids = await runCli('inbox -o ids --topic legal', { store: createDeskStore(), now })
  expect(ids.stdout).toBe('done-soon#1\nrefund-7#1\n')
  const approved = await runCli('approve -', { store: createDeskStore(), stdin: ids.stdout })
  expect(approved.stderr).toContain('refund-7#1 approved by ada@laptop.')
})

test('filters by name, topic and age narrow it, and an empty inbox is no error', async () => {
  const count = async (line: string) =>
    (await runCli(`inbox -o ids ${line}`.trimEnd(), { store: createDeskStore(), files, now })).stdout.split(
      '\n',
    ).length - 1
  expect(await count('')).toBe(5)
  expect(await count('--name refund')).toBe(2)
  expect(await count('--topic webhook')).toBe(1)
  expect(await count('--topic courier')).toBe(1)
  expect(await count('--older-than 1m')).toBe(1)
  expect(await count(`--older-than ${new Date(now.getTime() - 60_000).toISOString()}`)).toBe(1)
  expect(await count('--older-than 2020-01-01')).toBe(0)
  expect(await runCli('inbox --older-than 2h', { store: createDeskStore(), now })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'Nothing waits for an answer in fake database.\n',
  })
  expect((await runCli('inbox --limit 2', { store: createDeskStore(), now })).stderr).toBe(
    'The oldest 2 of 5; --limit shows more.\n',
  )
})

test('what the database holds cannot act on the terminal', async () => {
  for (const text of hostileTexts) {
    const did = [
      { event: 'awaiting:go', value: { prompt: text } },
      { recv: 'go', timeoutSeconds: 99 },
    ]
    const store = createFakeStore([{ workflowId: text, name: text, did }])
    const { stdout } = await runCli('inbox --no-pick', { store, isTerminal: true, columns: 60, now })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
  }
})

const nextRefund: FakeWorkflow = {
  workflowId: 'refund-8',
  name: 'refund',
  did: [{ event: 'awaiting:legal', value: 'More?' }, { recv: 'legal' }],
}

/** What was read is shown before it is read again and found to be the same. */
function countReads(store: FakeStore) {
  const { inbox } = store
  let unchanged = 0
  let last = ''
  let heard = 0
  store.inbox = async (query) => {
    const found = await inbox(query)
    if (JSON.stringify(found) === last) unchanged++
    last = JSON.stringify(found)
    return found
  }
  return {
    next: async () => {
      heard++
      await waitUntil('the inbox was shown', async () => unchanged >= heard)
    },
  }
}

test('--watch tells what arrives and what departs, and ends in order', async () => {
  const store = createDeskStore()
  const reads = countReads(store)
  const leave = new AbortController()
  const running = runCli('inbox --watch -o jsonl --name refund', { store, interrupt: leave.signal })
  await reads.next()
  store.add(nextRefund)
  await reads.next()
  await runCli('approve refund-8', { store: { ...store, close: async () => {} } })
  await reads.next()
  store.receive('refund-8', 'legal')
  await reads.next()
  leave.abort('SIGINT')
  const { code, stdout } = await running
  const told = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(0)
  expect(told.map(({ type, wait }) => `${type} ${wait.workflowId}`)).toEqual([
    'arrived done-soon',
    'arrived refund-7',
    'arrived refund-8',
    'departed refund-8',
  ])
})

test('--watch on a terminal draws the whole inbox, and --bell rings only for news', async () => {
  const store = createDeskStore()
  const reads = countReads(store)
  const leave = new AbortController()
  const running = runCli('inbox --watch --bell', {
    store,
    files,
    interrupt: leave.signal,
    isTerminal: true,
    columns: 60,
    rows: 8,
    now,
  })
  await reads.next()
  store.add(nextRefund)
  await reads.next()
  leave.abort('SIGINT')
  const { frames, stderr } = await running
  expect(stderr).toBe('\x07')
  expect(frames.at(-1)?.join('\n')).toMatchInlineSnapshot(`
    "6 waits in fake database

    WAIT         QUESTION                  SINCE  STATE
    pay-1#0      (a message on webhook)   1m ago  ● waiting
    done-soon#1  Refund 5 €?             59s ago  ✓ answered
    refund-7#1   Refund 300 €?           59s ago  ● waiting
    … 3 more, newer"
  `)
})

test('--watch prints no document that never ends', async () => {
  expect(await runCli('inbox --watch -o json', { store: createDeskStore() })).toMatchObject({ code: 2 })
})

const desk = { isTerminal: true, files, now } as const

test('on a terminal it is a desk: filter, mark two, read, reject with a reason', async () => {
  const store = createDeskStore()
  const run = await runCli('inbox', {
    store,
    ...desk,
    answers: [['/', 'l', 'e', 'g', 'return', '*', 'return'], 'rejected', 'not today', ['q']],
  })
  expect(run.code).toBe(0)
  expect(run.stderr).toContain('refund-7#1 rejected by ada@laptop.')
  expect(run.stderr).toContain('done-soon#1 has a message already')
  expect(run.stderr).toContain('? Your answer to all 2?')
  expect(store.decided).toMatchObject([
    { verdict: 'rejected', comment: 'not today', actor: { name: 'ada@laptop' } },
    { verdict: 'rejected' },
  ])
})

test('the desk is live: what comes appears, what was decided goes, and the cursor stays', async () => {
  const store = createDeskStore()
  const until = (text: string) => (shown: () => string) =>
    waitUntil(`"${text}" is shown`, () => shown().includes(text)).then(() => {})
  const seen: string[] = []
  const run = await runCli('inbox --name refund', {
    store,
    ...desk,
    answers: [
      [
        until('2 waiting'),
        'down',
        async (shown: () => string) => {
          seen.push(shown())
          store.add({
            workflowId: 'refund-8',
            name: 'refund',
            createdAt: new Date(fakeEpoch.getTime() + 2000),
            did: [
              { event: 'awaiting:legal', value: { prompt: 'Refund 8 €?' } },
              { recv: 'legal', timeoutSeconds: 300 },
            ],
          })
          store.receive('done-soon', 'legal')
        },
        until('Refund 8 €?'),
        async (shown: () => string) => void seen.push(shown()),
        'return',
      ],
      [
        until('Refund 300 €?'),
        async () => {
          await store.send({ workflowId: 'refund-7', topic: 'legal', message: true })
          store.receive('refund-7', 'legal')
        },
        until('It does not wait any more.'),
        'escape',
      ],
      [until('1 waiting'), 'a'],
      'sure',
      ['q'],
    ],
  })
  expect(run.code).toBe(0)
  const states = (frame = '') => frame.split('\n').filter((line) => /^(❯| ) ◻/.test(line))
  expect(states(seen[0])).toMatchInlineSnapshot(`
    [
      "  ◻ done-soon#1  refund    Refund 5 €?    legal  59s ago  23h 59m  ✓ answered",
      "❯ ◻ refund-7#1   refund    Refund 300 €?  legal  59s ago  23h 59m  ● waiting",
    ]
  `)
  expect(states(seen[1])).toMatchInlineSnapshot(`
    [
      "❯ ◻ refund-7#1  refund    Refund 300 €?  legal  59s ago  23h 59m  ● waiting",
      "  ◻ refund-8#1  refund    Refund 8 €?    legal  57s ago   4m 02s  ! expiring",
    ]
  `)
  expect(store.decided).toMatchObject([{ wait: { workflowId: 'refund-8' }, verdict: 'approved' }])
})

test("a payload of one's own is sent as it is, and what is no JSON goes back to the list", async () => {
  const store = createDeskStore()
  const answers = [
    ['return'],
    ['e'],
    'approved',
    'not json',
    ['return'],
    ['e'],
    'approved',
    '{"amount": 5}',
    ['down', 'a'],
    'sure',
    ['q'],
  ]
  const run = await runCli('inbox --name pay', { store, ...desk, answers })
  expect(run.stderr).toContain('the payload is not JSON')
  expect(store.decided).toMatchObject([
    { verdict: 'approved', message: { amount: 5 }, topic: 'webhook' },
    { verdict: 'approved', message: 'paid' },
  ])
})

test('leaving, going back and an empty inbox decide nothing', async () => {
  const store = createDeskStore()
  expect(
    await runCli('inbox', {
      store,
      ...desk,
      answers: [['return'], ['escape'], ['a'], 'back', ['r'], 'sure', undefined, ['a']],
    }),
  ).toMatchObject({
    code: 130,
    stderr: expect.stringContaining(
      'error: Left the inbox; what was not decided still waits.\nhint: drover inbox\n',
    ),
  })
  expect(store.decided).toEqual([])
  for (const keys of [['q'], ['escape'], ['/', 'x', 'escape', 'escape']])
    expect(await runCli('inbox', { store, ...desk, answers: [keys] })).toMatchObject({ code: 0 })
  expect(await runCli('inbox', { store, ...desk, answers: [[]] })).toMatchObject({ code: 130 })
  const empty = await runCli('inbox', { store: createFakeStore(), ...desk })
  expect(empty).toMatchObject({ code: 0, stderr: 'Nothing waits for an answer in fake database.\n' })
  expect(await runCli('inbox --pick', { store })).toMatchObject({ code: 2 })
})

test('a question is read whole, then the next one, and answered on a topic that is chosen', async () => {
  const store = createFakeStore([
    {
      workflowId: 'a',
      name: 'refund',
      did: [
        { event: 'awaiting:legal', value: { prompt: 'Ship it?' } },
        { recv: 'legal', timeoutSeconds: 99_999 },
      ],
    },
    {
      workflowId: 'b',
      name: 'other',
      createdAt: new Date(fakeEpoch.getTime() + 1000),
      did: [{ recv: null, timeoutSeconds: 99_999 }],
    },
  ])
  const answers = [['return'], ['n'], ['t'], 'payment', ['a'], 'sure', ['escape'], ['q']]
  const run = await runCli('inbox', {
    store,
    ...desk,
    answers: [...answers.slice(0, 2), ...answers.slice(2)],
  })
  const drawn = run.frames.map((frame) => frame.join('\n'))
  expect(drawn.find((frame) => frame.startsWith('1 of 2'))).toContain(
    'a approve · r reject · e answer of my own',
  )
  expect(drawn.find((frame) => frame.startsWith('2 of 2'))).toContain('b#0 · other')
  expect(run.stderr).toContain('? Topic (empty for none)')
  expect(store.decided).toMatchObject([{ wait: { workflowId: 'b' }, topic: 'payment', verdict: 'approved' }])
})

test('a key of the list decides nothing: what it would decide is named, and asked', async () => {
  const store = createDeskStore()
  const run = await runCli('inbox --name refund', {
    store,
    ...desk,
    answers: [['down', 'a'], 'back', ['*', 'r'], 'sure', 'no money', ['q']],
  })
  expect(run.stderr).toContain('? Approve refund-7#1: Refund 300 €?\n')
  expect(run.stderr).toContain('? Reject all 2 that are marked?\n? Why not?\n')
  expect(store.decided).toMatchObject([{ comment: 'no money' }, { comment: 'no money' }])
})

test('back at the list the cursor is on the same wait, and the filter is as it was', async () => {
  const store = createDeskStore()
  const { frames } = await runCli('inbox', {
    store,
    ...desk,
    answers: [['/', 'l', 'e', 'g', 'return', 'down', 'return'], ['escape'], ['q']],
  })
  expect(frames.at(-2)?.filter((line) => /^❯|^\/|in fake database$/.test(line))).toEqual([
    '2 of 5 waiting in fake database',
    expect.stringMatching(/^❯ ◻ refund-7#1 /),
    '/leg',
  ])
})

test('a topic that only earlier runs tell is asked for, at the desk as elsewhere', async () => {
  const store = createDeskStore()
  const answers = [['a'], 'sure', 'back', ['a'], 'sure', 'sure', ['q']]
  const run = await runCli('inbox --name ship', { store, ...desk, answers })
  expect(run.stderr).toContain('? Send to ship-2#1 on topic courier? Only earlier runs tell so.\n')
  expect(store.decided).toMatchObject([{ topic: 'courier' }])
  const other = createDeskStore()
  const all = ['approve', '--all', '--yes', '--name', 'ship']
  expect(await runCli(all, { store: other })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('hint: drover approve ship-2#1 --topic courier   # if'),
  })
  expect(other.decided).toEqual([])
  expect(await runCli([...all, '--topic', 'courier'], { store: other })).toMatchObject({ code: 0 })
})
