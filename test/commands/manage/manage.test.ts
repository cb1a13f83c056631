import { describe, expect, test } from 'vitest'
import { createExampleStore } from '../../support/example-store.ts'
import { createFakeStore, type FakeStore } from '../../support/fake-store.ts'
import { runCli } from '../../support/run-cli.ts'
import { waitUntil } from '../../support/wait-until.ts'

const many = (count: number) =>
  createFakeStore(
    Array.from({ length: count }, (_, index) => ({
      workflowId: `order-${String(index).padStart(4, '0')}`,
      name: 'orderWorkflow',
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, index)),
    })),
  )

test('each id has its own outcome, and the worst is the exit code', async () => {
  const store = createExampleStore()
  const result = await runCli('cancel running done nobody queued', { store })
  expect(result).toMatchObject({ code: 4 })
  expect(result.stdout).toBe(
    'done\tno-op\tSUCCESS\tSUCCESS\talready SUCCESS\t\n' +
      'nobody\tnot-found\t\t\t\t\n' +
      'running\tchanged\tPENDING\tCANCELLED\t\t\n' +
      'queued\tchanged\tENQUEUED\tCANCELLED\t\t\n',
  )
  expect(result.stderr).toBe('2 cancelled, 1 nothing to do, 1 not found.\n')
  expect((await store.get('running'))?.status).toBe('CANCELLED')
})

test('nothing done is never a success, and the hint says what would be', async () => {
  const store = createExampleStore()
  const cancel = await runCli('cancel done', { store })
  expect(cancel.code).toBe(9)
  const resume = await runCli('resume failed', { store })
  expect(resume).toMatchObject({ code: 9 })
  expect(resume.stderr).toContain('hint: drover rewind failed --from failed')
  const deleted = await runCli('delete running --yes', { store })
  expect(deleted).toMatchObject({ code: 9 })
  expect(deleted.stderr).toContain('hint: drover cancel running')
  expect((await runCli('cancel nobody', { store })).code).toBe(4)
  expect(store.managed).toEqual([])
})

test('--dry-run says the same and does nothing', async () => {
  const store = createExampleStore()
  const { code, stdout } = await runCli('cancel running done --dry-run', { store })
  expect(code).toBe(9)
  expect(stdout).toContain('running\twould-change\tPENDING\tPENDING')
  expect(store.managed).toEqual([])
})

test('a filter says how many and which, and needs a yes', async () => {
  const store = many(7)
  const line = 'cancel --name orderWorkflow'
  const refused = await runCli(line, { store })
  expect(refused).toMatchObject({ code: 2, stdout: '' })
  expect(refused.stderr).toMatchInlineSnapshot(`
    "To cancel in fake database: order-0000 (PENDING), order-0001 (PENDING), order-0002 (PENDING), order-0003 (PENDING), order-0004 (PENDING) and 2 more
    error: Cannot ask for confirmation without a terminal whether to cancel 7 workflows.
    hint: look with --dry-run, then add --yes; drover cancel --help
    "
  `)
  expect(store.managed).toEqual([])

  const declined = await runCli(line, { store, isTerminal: true, answers: [false] })
  expect(declined.code).toBe(130)
  expect(declined.stderr).toContain('? Cancel 7 workflows in fake database?   7 of orderWorkflow v1')
  expect(declined.stderr).toContain('ID          NAME           STATUS     AGE  EXECUTOR')
  expect(store.managed).toEqual([])

  expect((await runCli(line, { store, isTerminal: true, answers: [true] })).code).toBe(0)
  expect((await store.list({ limit: 9, status: ['CANCELLED'] })).length).toBe(7)
})

test('in CI nobody is asked, even on a terminal', async () => {
  const store = many(1)
  const { code } = await runCli('cancel --name orderWorkflow', {
    store,
    isTerminal: true,
    isCI: true,
    answers: [true],
  })
  expect(code).toBe(2)
})

test('a filter that lets nothing through is an empty list, and is told', async () => {
  const { code, stderr } = await runCli('cancel --name nothing --yes', { store: createExampleStore() })
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'No workflow in fake database to cancel: name nothing.\n',
  })
})

test('ids and filters together, and neither, are wrong usage', async () => {
  const store = createExampleStore()
  expect((await runCli('cancel running --name x', { store })).code).toBe(2)
  expect((await runCli('cancel', { store })).code).toBe(2)
})

test('ids come from stdin, and what was deleted goes to stdout as ids', async () => {
  const store = createExampleStore()
  const { code, stdout } = await runCli('delete - --yes -o ids', { store, stdin: 'done\nfailed\n\ndone\n' })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\nfailed\n' })
  expect(await store.get('done')).toBeUndefined()
})

test('delete asks although ids were given', async () => {
  const store = createExampleStore()
  expect((await runCli('delete done', { store })).code).toBe(2)
  expect((await runCli('delete done', { store, isTerminal: true, answers: [true] })).code).toBe(0)
})

test('delete says first what it frees', async () => {
  const { stderr } = await runCli('delete done answered --dry-run', { store: createExampleStore() })
  expect(stderr).toContain('That frees 5 steps, 3 stream values, 0 messages: 7 B of payloads.')
})

test('old workflows go by their end', async () => {
  const day = (number: number) => new Date(Date.UTC(2026, 0, number))
  const store = createFakeStore([
    { workflowId: 'old', status: 'SUCCESS', createdAt: day(1), completedAt: day(1) },
    { workflowId: 'long', status: 'SUCCESS', createdAt: day(1), completedAt: day(30) },
    { workflowId: 'open', createdAt: day(1) },
  ])
  const options = { store, now: day(31) }
  const { stdout } = await runCli('delete --ended --older-than 7d --yes -o ids', options)
  expect(stdout).toBe('old\n')
})

const movingStore = () => {
  const store = createExampleStore()
  const { manage } = store
  store.manage = async (verb, targets) => {
    store.end('running', 'SUCCESS')
    store.update('queued', { status: 'PENDING' })
    return manage(verb, targets)
  }
  return store
}

test('a workflow that a filter found and that moved on since is left alone', async () => {
  const line = 'cancel --status PENDING --status ENQUEUED --yes'
  const { code, stdout } = await runCli(line, { store: movingStore() })
  expect(code).toBe(9)
  expect(stdout).toContain('running\tno-op\tPENDING\tSUCCESS\talready SUCCESS\t\n')
  expect(stdout).toContain('queued\tfailed\tENQUEUED\tPENDING\tit is PENDING now, no longer ENQUEUED\t\n')
})

test('a workflow that was named is cancelled although it began to run meanwhile, and left alone if it ended', async () => {
  const { code, stdout } = await runCli('cancel running queued', { store: movingStore() })
  expect(code).toBe(9)
  expect(stdout).toBe(
    'running\tno-op\tPENDING\tSUCCESS\talready SUCCESS\t\n' + 'queued\tchanged\tENQUEUED\tCANCELLED\t\t\n',
  )
})

const family = () =>
  createFakeStore([
    { workflowId: 'parent' },
    { workflowId: 'child', parentId: 'parent' },
    { workflowId: 'done-child', parentId: 'parent', status: 'SUCCESS' },
    { workflowId: 'grandchild', parentId: 'done-child', status: 'ENQUEUED', queue: 'q' },
  ])

test('a copy takes no id that is in use, and says who has it', async () => {
  const store = createExampleStore()
  for (const more of ['', ' --dry-run']) {
    const { code, stderr } = await runCli(`fork done --from 0 --id running${more}`, { store })
    expect({ code, stderr }).toEqual({
      code: 9,
      stderr:
        'error: The id running is in use.\nhint: drover get running   # or give the copy another --id\n',
    })
  }
  expect(store.managed).toEqual([])
})

test('--children shows all that they started before anything is done', async () => {
  const store = family()
  const dry = await runCli('cancel parent --children --dry-run', { store })
  expect(dry.stdout).toBe(
    'parent\twould-change\tPENDING\tPENDING\t\t\n' +
      'child\twould-change\tPENDING\tPENDING\t\t\n' +
      'grandchild\twould-change\tENQUEUED\tENQUEUED\t\t\n',
  )
  expect(store.managed).toEqual([])
  store.update('parent', { name: 'family' })
  const asked = await runCli('cancel --name family --children', { store, isTerminal: true, answers: [false] })
  expect(asked.stderr).toMatch(/^parent .* PENDING .*\nchild .* PENDING .*\ngrandchild .* ENQUEUED/m)
  expect(asked.stderr).toContain('? Cancel 3 workflows in fake database?')
})

test('--children takes in what goes on although its parent has ended', async () => {
  const store = family()
  store.update('parent', { status: 'CANCELLED' })
  const { code, stdout } = await runCli('cancel parent --children', { store })
  expect(code).toBe(9)
  expect(stdout).toBe(
    'parent\tno-op\tCANCELLED\tCANCELLED\talready CANCELLED\t\n' +
      'child\tchanged\tPENDING\tCANCELLED\t\t\n' +
      'grandchild\tchanged\tENQUEUED\tCANCELLED\t\t\n',
  )
})

test('what a cancelled workflow started and goes on is told, with the flag that takes it in', async () => {
  const told =
    '2 workflows that they started go on: child, …\nhint: the same command with --children cancels them too\n'
  const { code, stdout, stderr } = await runCli('cancel parent -o ids', { store: family() })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'parent\n' })
  expect(stderr).toContain(told)
  expect((await runCli('cancel parent --dry-run', { store: family() })).stderr).toContain('go on: child')
  const all = await runCli('cancel parent child grandchild', { store: family() })
  expect(all.stderr).not.toContain('--children')
})

test('delete --children takes in all that they started', async () => {
  const store = family()
  for (const id of ['parent', 'child', 'grandchild']) store.update(id, { status: 'SUCCESS' })
  const { code, stdout } = await runCli('delete parent --children --yes -o ids', { store })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'parent\nchild\ndone-child\ngrandchild\n' })
})

test.each([
  ['--yes', 'changed'],
  ['--dry-run', 'would-change'],
])('delete --children %s tells which children go on, and is no success', async (flag, outcome) => {
  const store = family()
  for (const id of ['parent', 'grandchild']) store.update(id, { status: 'SUCCESS' })
  const { code, stdout } = await runCli(`delete parent --children ${flag} -o jsonl`, { store })
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(9)
  expect(rows.find(({ workflowId }) => workflowId === 'child')).toMatchObject({
    outcome: 'no-op',
    reason: 'still PENDING',
  })
  expect(rows.find(({ workflowId }) => workflowId === 'parent')).toMatchObject({ outcome })
})

test('--children takes in all that they started', async () => {
  const store = family()
  const { code, stdout } = await runCli('cancel parent --children -o ids', { store })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'parent\nchild\ngrandchild\n' })
})

test('resume goes onto every queue, one that is named, or its own', async () => {
  const store = createFakeStore(
    [
      { workflowId: 'earlier', name: 'mail', queue: 'mails', status: 'SUCCESS' },
      { workflowId: 'a', name: 'mail', status: 'CANCELLED' },
      { workflowId: 'b', name: 'mail', status: 'CANCELLED' },
      { workflowId: 'c', name: 'mail', status: 'CANCELLED' },
    ],
    { queues: ['mails', 'slow'] },
  )
  await runCli('resume a', { store })
  await runCli('resume b --to-queue slow', { store })
  await runCli('resume c --to-queue own', { store })
  expect((await store.states(['a', 'b', 'c'])).map(({ queue }) => queue)).toEqual([
    '_dbos_internal_queue',
    'slow',
    'mails',
  ])
  expect((await runCli('resume a --to-queue nowhere', { store })).code).toBe(2)
})

const pod = (version: string) => ({
  executorId: 'pod-2',
  application: 'example',
  version,
  since: new Date(0),
})

const versioned = () =>
  createFakeStore(
    [
      { workflowId: 'a', status: 'CANCELLED', version: 'v1' },
      { workflowId: 'b', status: 'CANCELLED', version: 'v1' },
      { workflowId: 'c', status: 'CANCELLED', version: 'v2' },
    ],
    {
      own: false,
      queues: ['mails'],
      executors: [pod('v2')],
      versions: ['v3', 'v2', 'v1'].map((version) => ({
        version,
        application: 'example',
        registeredAt: new Date(0),
        isLatest: version === 'v3',
      })),
    },
  )

const warningsOf = async (line: string) => {
  const { code, stderr } = await runCli(line, { store: versioned() })
  return { code, told: stderr.split('\n').filter((told) => /warning|hint/.test(told)) }
}

test('what is enqueued again for a version that nobody runs says so, once, and what lets it run', async () => {
  expect(await warningsOf('resume a --to-queue mails')).toEqual({
    code: 0,
    told: [
      'warning: No live worker runs version v1; they run v2.',
      'hint: drover recover a --to-version v2   # when it is enqueued; or drover worker --app ./your-module.ts --application example --app-version v1 --queues mails --join',
    ],
  })
  const forked = await warningsOf('fork c --from 0 --id copy --to-version v3')
  expect(forked.told[0]).toBe('warning: No live worker runs version v3; they run v2.')
  expect(forked.told[1]).toContain('hint: drover recover copy --to-version v2')
  const many = await warningsOf('rewind a b c --from 0 --yes')
  expect(many.told).toHaveLength(2)
  expect(many.told[1]).toContain('hint: drover recover --to-version v2')
  expect((await warningsOf('resume c')).told).toEqual([])
})

test.each(['fork', 'rewind'])('%s takes no version that nobody knows', async (verb) => {
  const store = versioned()
  const { code, stderr } = await runCli(`${verb} a --from 0 --yes --to-version nope`, { store })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      'error: No version "nope" is registered there.\nhint: drover versions   # lists them; what is put on another one would not run\n',
  })
  expect(store.managed).toEqual([])
})

test('a fork shows what it keeps, and prints the new id alone', async () => {
  const store = createFakeStore(
    [
      {
        workflowId: 'order',
        status: 'ERROR',
        error: { name: 'E', message: 'x' },
        did: [
          { step: 'charge' },
          { event: 'progress', value: 1 },
          { step: 'ship', error: { name: 'E', message: 'x' } },
        ],
        unread: [{ topic: null, message: 1 }],
      },
    ],
    {
      versions: [
        { version: 'v2', application: 'example', registeredAt: new Date(2), isLatest: true },
        { version: 'v1', application: 'example', registeredAt: new Date(1), isLatest: false },
      ],
      executors: [pod('v2')],
    },
  )
  const { code, stdout, stderr } = await runCli('fork order --from failed --id copy --to-version latest', {
    store,
  })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'copy\n' })
  expect(stderr).toMatchInlineSnapshot(`
    "order is ERROR; the copy goes on from step 2:
      kept        2 recorded steps
      again       ship
      not copied  1 message
    ✓ order  forked, as copy, from step 2, was ERROR
    "
  `)
  expect(await store.get('copy')).toMatchObject({ status: 'ENQUEUED', version: 'v2' })
  const wrong = await runCli('fork order --from 9', { store })
  expect(wrong.code).toBe(9)
  expect(wrong.stdout).toBe('')
})

test('a rewind asks first, for it deletes what was recorded', async () => {
  const store = createExampleStore()
  expect((await runCli('rewind done --from 1', { store })).code).toBe(2)
  const { code, stderr } = await runCli('rewind done --from 1 --yes', { store })
  expect(code).toBe(0)
  expect(stderr).toContain('deleted     1 event')
  expect((await store.steps('done')).map(({ step }) => step)).toEqual([0])
})

test('--rate holds over the whole run', async () => {
  const store = many(40)
  const slept: number[] = []
  const { code } = await runCli('cancel --name orderWorkflow --yes --rate 100/s', { store, slept })
  expect(code).toBe(0)
  // Ten at a time; the clock of this test stands still.
  expect(slept).toEqual([100, 200, 300])
  expect(store.managed.map(({ targets }) => targets.length)).toEqual([10, 10, 10, 10])
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'a run that was killed at its write number %i goes on with its ledger, and does nothing twice',
  async (fatalWrite) => {
    const store = many(250)
    for (const [verb, status] of [
      ['fork', 'CANCELLED'],
      ['cancel', 'PENDING'],
    ] as const) {
      for (const { workflowId } of await store.list({ limit: 1000 })) store.update(workflowId, { status })
      const before = await store.list({ limit: 1000 })
      const written: Record<string, string> = {}
      const line = `${verb} --name orderWorkflow --yes --ledger l${verb === 'fork' ? ' --from 0' : ''} -o jsonl`
      let writes = 0
      const dying = new Proxy(written, {
        set: (target, key: string, value: string) => {
          writes += 1
          // Half of what it was writing reaches the disk.
          const old = target[key] ?? ''
          const end = writes === fatalWrite ? Math.ceil((old.length + value.length) / 2) : value.length
          target[key] = value.slice(0, end)
          if (writes >= fatalWrite) throw new Error('killed')
          return true
        },
      })
      const killed = await runCli(line, { store, written: dying })
      expect([0, 70]).toContain(killed.code)
      const resumed = await runCli(line, { store, written })
      expect(resumed.code).toBe(0)
      const rows = resumed.stdout
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row))
      const all = await store.list({ limit: 1000 })
      if (killed.code === 70 || rows.length === before.length) {
        expect(new Set(rows.map(({ workflowId }) => workflowId)).size).toBe(before.length)
        expect(rows.every(({ outcome }) => outcome === 'changed')).toBe(true)
      }
      expect(all.length).toBe(verb === 'fork' ? before.length * 2 : before.length)
      if (verb === 'cancel') expect(all.every((workflow) => workflow.status === 'CANCELLED')).toBe(true)
    }
  },
)

test('a ledger that is complete does nothing, and tells what was done', async () => {
  const store = many(3)
  const written: Record<string, string> = {}
  const line = 'cancel --name orderWorkflow --since 30d --yes --ledger l'
  const first = await runCli(line, { store, written })
  const second = await runCli(line, { store, written, now: new Date('2026-01-02T04:00:00Z') })
  expect(second.stdout).toBe(first.stdout)
  expect(second.stderr).toContain('The ledger is complete')
  expect(store.managed).toHaveLength(1)
  const other = await runCli('cancel --name other --yes --ledger l', { store, written })
  expect(other.code).toBe(2)
})

test.each([
  'fork --name orderWorkflow --status PENDING --status ENQUEUED --from 0 --to-queue own',
  'cancel order-0000 order-0001',
  'delete --ended --older-than 30d --app-version v1',
])('the ledger of another run tells the command that goes on with it: %s', async (line) => {
  const store = many(3)
  const written: Record<string, string> = {}
  await runCli(`${line} --yes --ledger l`, { store, written })
  const other = await runCli('cancel --name other --yes --ledger l', { store, written })
  const hint = /^hint: drover (.*) {3}#/m.exec(other.stderr)?.[1] ?? ''
  expect((await runCli(hint, { store, written })).stderr).not.toContain('another run')
  expect(hint.split(' ').toSorted()).toEqual(`${line} --ledger /project/l`.split(' ').toSorted())
})

test('of many ids from stdin the ledger tells the number', async () => {
  const store = many(20)
  const written: Record<string, string> = {}
  const stdin = (await store.list({ limit: 20 })).map(({ workflowId }) => workflowId).join('\n')
  await runCli('cancel - --ledger l', { store, written, stdin })
  const { stderr } = await runCli('cancel a --ledger l', { store, written })
  expect(stderr).toMatch(
    /another run in fake database: drover cancel - \(20 ids, [0-9a-f]{12}\)\.\nhint: give it/,
  )
})

test('on a terminal a line for each, and beyond fifty only what is not done', async () => {
  const few = await runCli('cancel running done nobody', { store: createExampleStore(), isTerminal: true })
  expect(few.stdout).toMatchInlineSnapshot(`
    "· done  nothing to do: already SUCCESS
    ✗ nobody  not found
    ✓ running  cancelled, was PENDING
    "
  `)
  const crowd = await runCli('cancel --name orderWorkflow --yes', { store: many(120), isTerminal: true })
  expect(crowd.stdout).toBe('')
  expect(crowd.stderr).toContain('120 cancelled.')
  expect(crowd.frames.at(-1)).toEqual(['120 of 120'])
})

test('ctrl-c stops between two batches', async () => {
  const store = many(300)
  const stop = new AbortController()
  const { manage } = store
  store.manage = async (verb, targets) => {
    stop.abort('SIGINT')
    return manage(verb, targets)
  }
  const { code, stderr } = await runCli('cancel --name orderWorkflow --yes', {
    store,
    interrupt: stop.signal,
  })
  expect(code).toBe(130)
  expect(stderr).toContain('Interrupted: 100 cancelled.')
})

const ofSteps = () =>
  createFakeStore([
    {
      workflowId: 'order',
      name: 'checkout',
      status: 'SUCCESS',
      did: [{ step: 'charge' }, { step: 'ship' }, { step: 'ship' }],
    },
  ])

test.each(['fork order --id copy', 'rewind order --yes'])(
  '%s --from NAME begins at its first step',
  async (line) => {
    const store = ofSteps()
    expect(await runCli(`${line} --from ship`, { store })).toMatchObject({ code: 0 })
    expect(store.managed).toMatchObject([{ targets: [{ workflowId: 'order', fromStep: 1 }] }])
    const { code, stderr, stdout } = await runCli(`${line.replace('copy', 'other')} --from shp`, {
      store: ofSteps(),
    })
    expect({ code, told: stderr + stdout }).toEqual({
      code: 9,
      told: expect.stringContaining('it has no step "shp": --from takes 0 to 2, or the name of one'),
    })
  },
)

describe('fork --wait', () => {
  async function forkAndEnd(line: string, end: (store: FakeStore, id: string) => void) {
    const store = ofSteps()
    const run = runCli(line, { store, now: new Date() })
    const ids = line.includes('--id') ? ['copy'] : []
    await waitUntil('the copy is there', async () => {
      if (ids.length === 0) {
        const copy = (await store.list({ limit: 9 })).find(({ workflowId }) => workflowId !== 'order')
        if (copy) ids.push(copy.workflowId)
      }
      return ids.length > 0 && (await store.existing(ids)).length === ids.length
    })
    for (const id of ids) end(store, id)
    return run
  }

  test('prints the result of the copy, and its id is talk', async () => {
    const run = await forkAndEnd('fork order --from ship --id copy --wait', (store, id) =>
      store.end(id, 'SUCCESS', { output: { status: 'paid' } }),
    )
    expect(run).toMatchObject({ code: 0, stdout: '{\n  "status": "paid"\n}\n' })
    expect(run.stderr).toContain('order  forked, as copy')
  })

  test('is the code of a copy that fails', async () => {
    const run = await forkAndEnd('fork order --from ship --id copy --wait -o json', (store, id) =>
      store.end(id, 'ERROR', { error: { name: 'E', message: 'declined' } }),
    )
    expect(run).toMatchObject({ code: 1, stdout: '[]\n', stderr: expect.stringContaining('declined') })
  })

  test('gives up in time, and says how to come back', async () => {
    const run = await runCli('fork order --from 0 --id copy --wait --timeout 20ms', { store: ofSteps() })
    expect(run).toMatchObject({ code: 124, stdout: '' })
    expect(run.stderr).toContain('drover watch copy')
    const dry = await runCli('fork order --from 0 --wait --dry-run', { store: ofSteps() })
    expect(dry).toMatchObject({ code: 0, stdout: '' })
    expect((await runCli('fork order --from 0 --timeout 1s', { store: ofSteps() })).code).toBe(2)
  })
})
