import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Change } from '../../src/core/change.ts'
import type { RecordQuery } from '../../src/core/decide/decision-record.ts'
import type { Situation } from '../../src/core/diagnosis/situation.ts'
import type { WorkflowFilter } from '../../src/core/manage/workflow-filter.ts'
import type { FollowOptions, Store } from '../../src/core/store.ts'
import { adaApproves, bobRejects } from '../support/answers.ts'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { family, minutesAgo } from '../support/family.ts'
import { untilItEnds } from '../support/feed.ts'
import { openTwoStores, type TwoStores } from '../support/two-stores.ts'

/** One is older. */
const betweenTheWaits = minutesAgo(1.5)

/** The same workflows in both stores: in the fake one as they are, in the real one as the rows that DBOS would write. */
const workflows: readonly FakeWorkflow[] = [
  {
    workflowId: 'done',
    name: 'eventsWorkflow',
    className: 'Orders',
    configName: 'eu',
    status: 'SUCCESS',
    input: [3, 'x', null],
    output: { sum: 3 },
    createdAt: minutesAgo(10),
    did: [
      { event: 'status', value: 'started' },
      { stream: 'log', value: { line: 1 } },
      { step: 'add', output: 1 },
      { stream: 'log', value: { line: 2 } },
      { stream: 'other', value: 'x' },
      { event: 'progress', value: 50 },
      { step: 'add', output: 2 },
      { event: 'progress', value: 100 },
      { closeStream: 'log' },
      { event: 'status', value: 'completed' },
    ],
    unread: [{ topic: 'late', message: 'hello' }],
  },
  { workflowId: 'unbegun', name: 'mystery', queue: 'mystery', createdAt: minutesAgo(12) },
  {
    workflowId: 'failed',
    name: 'failing',
    attributes: { region: 'us' },
    status: 'ERROR',
    error: { name: 'TypeError', message: 'no such order', code: 'E_ORDER' },
    createdAt: minutesAgo(9),
    did: [{ step: 'look', error: { name: 'TypeError', message: 'no such order' } }],
  },
  {
    workflowId: 'asking',
    name: 'approvalWorkflow',
    createdAt: minutesAgo(1),
    did: [
      { event: 'awaiting:legal', value: { prompt: 'Legal?' } },
      { recv: 'legal', message: { approved: true } },
      { event: 'awaiting:finance', value: { prompt: 'Pay 3?', approve: 'ok' } },
      { recv: 'finance', timeoutSeconds: 3600 },
    ],
  },
  {
    workflowId: 'answered',
    name: 'approvalWorkflow',
    createdAt: minutesAgo(1),
    did: [
      { event: 'awaiting:legal', value: 'Legal?' },
      { recv: 'legal', timeoutSeconds: 3600 },
    ],
    unread: [{ topic: 'legal', message: true }],
  },
  {
    workflowId: 'overdue',
    name: 'approvalWorkflow',
    createdAt: minutesAgo(2),
    did: [{ step: 'first' }, { recv: null, timeoutSeconds: 1 }],
  },
  {
    workflowId: 'sleeping',
    name: 'sleeper',
    createdAt: minutesAgo(3.5),
    did: [{ step: 'first' }, { sleepSeconds: 30 }, { step: 'second' }, { sleepSeconds: 86_400 }],
  },
  {
    workflowId: 'paid',
    name: 'paidWorkflow',
    status: 'SUCCESS',
    attributes: { region: 'eu', tenant: 1 },
    createdAt: minutesAgo(8),
    did: [{ step: 'charge' }, { recv: 'webhook', message: 'paid' }],
  },
  {
    workflowId: 'watched',
    name: 'watchedWorkflow',
    className: 'Desk',
    createdAt: minutesAgo(0.5),
    did: [
      { event: 'awaiting:go', value: 'Go?' },
      { recv: 'go', timeoutSeconds: 3600 },
    ],
  },
  {
    workflowId: 'orphan',
    name: 'orphanWorkflow',
    parentId: 'deleted',
    status: 'SUCCESS',
    createdAt: minutesAgo(9.5),
    did: [{ step: 'work' }],
  },
  ...family,
]

let stores: TwoStores

beforeAll(async () => {
  stores = await openTwoStores(workflows)
})

afterAll(() => stores.close())

const ask: TwoStores['ask'] = (question) => stores.ask(question)

const ids = workflows.map(({ workflowId }) => workflowId)

async function changes(
  store: Store,
  workflowIds: readonly string[],
  options: Partial<FollowOptions> = {},
): Promise<Change[]> {
  return collect(
    untilItEnds(`the feed of ${workflowIds}`, (signal) => store.follow(workflowIds, { signal, ...options })),
  )
}

async function* textsOf(pieces: ReturnType<Store['streamTexts']>): AsyncGenerator<object> {
  for await (const piece of pieces)
    yield piece.map(({ offset, bytes, start, end }) => ({ offset, json: bytes.toString('utf8', start, end) }))
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = []
  for await (const value of values) collected.push(value)
  return collected
}

const withoutTime = ({ at, cursor, ...change }: Change) => change

describe('the fake store and the real one agree', () => {
  test('on lists, newest first, and what narrows them', async () => {
    const listed = await ask((store) => store.list({ limit: 100 }))
    expect(listed).toHaveLength(workflows.length)
    await ask((store) => store.list({ limit: 2 }))
    await ask((store) => store.list({ limit: 9, status: ['SUCCESS', 'ERROR'] }))
    await ask((store) => store.list({ limit: 9, name: 'approvalWorkflow' }))
    const places = await ask((store) =>
      store.listPlaces({ limit: 2, order: 'oldest', status: ['SUCCESS', 'ERROR'] }),
    )
    await ask((store) => store.listPlaces({ limit: 9, order: 'oldest', after: places.at(-1) }))
    await ask((store) => store.list({ limit: 9, application: 'example', executorId: 'drover-test' }))
    expect(await ask((store) => store.list({ limit: 9, application: 'nobody' }))).toEqual([])
  })

  test.each<[WorkflowFilter, number]>([
    [{ name: 'eventsWorkflow' }, 1],
    [{ name: 'Orders.eventsWorkflow' }, 1],
    [{ name: 'Orders.failing' }, 0],
    [{ name: ['failing', 'Orders.eventsWorkflow', 'nobody'] }, 2],
    [{ name: ['failing', 'paidWorkflow'], status: 'SUCCESS' }, 1],
    [{ name: [] }, 0],
    [{ status: ['SUCCESS', 'ERROR'], name: ['failing', 'paidWorkflow'] }, 2],
    [{ queue: ['mystery', 'nobody'] }, 1],
    [{ application: ['nobody', 'example'], name: 'failing' }, 1],
    [{ version: ['v0', 'nobody'] }, 0],
    [{ executorId: ['nobody', 'drover-test'], name: 'failing' }, 1],
    [{ parentId: ['parent', 'nobody'] }, 2],
    [{ schedule: ['nightly', 'nobody'] }, 0],
    [{ user: ['ada', 'bob'] }, 0],
    [{ search: ['no such order', 'sum'] }, 2],
    [{ attributes: [{ region: 'eu' }, { region: 'us' }] }, 2],
    [{ attributes: { region: 'eu' } }, 1],
    [{ attributes: [] }, 0],
  ])('on a filter, of which any of several values will do: %j', async (filter, count) => {
    expect(await ask((store) => store.list({ ...filter, limit: 99 }))).toHaveLength(count)
    const counted = await ask((store) => store.countBy(filter, 'status'))
    expect(counted.reduce((sum, one) => sum + one.count, 0)).toBe(count)
  })

  test.each(ids)('on everything that can be read of %s', async (id) => {
    await ask((store) => store.get(id))
    await ask((store) => store.steps(id))
    for (const range of [{ from: 1 }, { from: 1, limit: 2 }, { limit: 1 }, { last: 2 }])
      await ask((store) => store.steps(id, range))
    await ask((store) => store.countSteps(id))
    await ask((store) => store.events(id))
    await ask((store) => store.streams(id))
    await ask((store) => store.streamKeys(id))
    await ask((store) => store.messages(id))
    await ask((store) => store.waits([id]))
    await ask((store) => store.children(id))
    for (const { key } of await ask((store) => store.streams(id))) {
      await ask(async (store) => (await collect(store.streamValues(id, key))).flat())
      await ask(async (store) => (await collect(store.streamValues(id, key, { from: 1 }))).flat())
      await ask(async (store) => (await collect(textsOf(store.streamTexts(id, key)))).flat())
      for (const count of [1, 2, 9]) await ask((store) => store.offsetOfLast(id, key, count))
    }
  })

  test.each(ids)('on the situation of %s', async (id) => {
    await ask(async (store) => {
      const [situation] = await store.situations([id])
      // The clock, and what only one of them is told.
      return { ...situation, now: null, updatedAt: null, outlook: situation?.outlook?.queue ?? null }
    })
  })

  test('on the situations of all at once, as each alone', async () => {
    const some = [...ids].reverse()
    await ask(async (store) => {
      const alone = []
      for (const id of some) alone.push(...(await store.situations([id])))
      const all = await store.situations(['nope', ...some])
      const untimed = (situation: Situation) => ({
        ...situation,
        now: null,
        outlook: situation.outlook && { ...situation.outlook, now: null },
      })
      expect(all.map(untimed)).toEqual(alone.map(untimed))
      const nothing = { input: null, output: null, error: null }
      for (const { workflow } of await store.situations(some, { payloads: false }))
        expect(workflow).toEqual({ ...workflow, ...nothing })
      return all.map(({ workflow }) => workflow.workflowId)
    })
  })

  test('on what is under way, and what ended in a time', async () => {
    const times = [0, Date.now() - 365 * 86_400_000, Date.now() + 365 * 86_400_000].map((ms) => new Date(ms))
    const tell = async (store: Store, after: Date, to: Date) => {
      const { left, ...activity } = await store.activity({ after, to })
      // Only one of them sees who is connected: each agrees with its own scan.
      const { deadExecutors, unclaimed } = await store.scanExecutors()
      const count = (of: readonly { readonly workflowCount: number }[]) =>
        of.reduce((sum, { workflowCount }) => sum + workflowCount, 0)
      expect(left).toEqual({ orphaned: count(deadExecutors), unclaimed: count(unclaimed) })
      const { waits, total } = await store.inbox({})
      expect(activity.waits).toEqual({ open: total, oldestSince: waits[0]?.since })
      return activity
    }
    for (const after of times) for (const to of times) await ask((store) => tell(store, after, to))
    const all = await ask((store) => tell(store, new Date(0), times[2] as Date))
    expect(all.ended.length).toBeGreaterThan(0)
    expect(all.active.length).toBeGreaterThan(0)
    expect(all.waits.open).toBeGreaterThan(1)
    expect(all.queues.map(({ name }) => name)).toContain('mystery')
  })

  test('on roots, and what failed', async () => {
    const { roots, childCount } = await ask((store) => store.roots({ limit: 100 }))
    expect(roots.length + childCount).toBe(workflows.length)
    expect(childCount).toBe(2)
    expect(roots.map(({ workflowId }) => workflowId)).toContain('orphan')
    await ask((store) => store.roots({ limit: 100, filter: { hasParent: false, name: 'orphanWorkflow' } }))
    for (const order of ['newest', 'oldest'] as const) {
      for (const limit of [1, 3, 100]) {
        await ask(async (store) => (await store.roots({ limit, order, look: 1000 })).roots)
      }
    }
    await ask((store) => store.roots({ limit: 2, order: 'oldest' }))
    await ask((store) => store.roots({ limit: 2, after: roots[1] }))
    await ask((store) => store.roots({ limit: 9, after: roots.at(-1) }))
    expect((await ask((store) => store.failures({}, 9))).failures).toHaveLength(1)
    expect(await ask((store) => store.failures({ name: 'nobody' }, 9))).toEqual({
      failures: [],
      stoppedAt: null,
    })
  })

  test('on why each of many is where it is', async () => {
    const listed = await ask(async (store) => {
      const rows = await store.list({ limit: 100 })
      const { facts } = await store.facts(rows, { outputs: true })
      return [...facts.values()]
        .map((fact) => ({ ...fact, updatedAt: null, outlook: fact.outlook?.queue ?? null }))
        .sort((a, b) => (a.workflowId < b.workflowId ? -1 : 1))
    })
    expect(listed).toHaveLength(workflows.length)
    expect(listed.find(({ workflowId }) => workflowId === 'parent')?.children).toMatchObject({ total: 2 })
    expect(await ask(async (store) => (await store.facts([])).facts.size)).toBe(0)
  })

  test('on one look at pages, roots and single ones', async () => {
    const counted = [{ status: 'PENDING' as const }, { name: 'nobody' }]
    const look = await ask(async (store) => {
      const { rows, counts, stoppedAt } = await store.board({
        pages: [{ limit: 3 }, { status: 'PENDING', order: 'oldest', limit: 2 }],
        roots: { limit: 2 },
        ids: ['parent', 'no such'],
        isAsked: ({ workflowId }) => workflowId === 'parent',
        counted,
      })
      const ids = rows.map(({ workflowId }) => workflowId).sort()
      const asked = rows.filter(({ listed }) => listed).map(({ listed }) => listed?.children?.total)
      return { ids, asked, counts, stoppedAt }
    })
    expect(look.asked).toEqual([2])
    expect(look.ids).toContain('parent')
    expect(new Set(look.ids).size).toBe(look.ids.length)
    expect(look.counts[1]).toBe(0)
  })

  test('on what needs care', async () => {
    const { backlog, unbegun, unreadAfterEnd } = await ask(async (store) => {
      const health = await store.health()
      const { backlog, unbegun, dead, unreadAfterEnd } = health
      return { backlog, unbegun, dead, unreadAfterEnd }
    })
    expect(backlog).toMatchObject([{ queue: 'drover', count: 1, oldestId: 'child-2' }])
    expect(unbegun).toMatchObject([{ name: 'mystery', count: 1, oldestId: 'unbegun' }])
    expect(unreadAfterEnd).toEqual({ count: 1, ids: ['done'] })
  })

  test('on the outlook of a queue', async () => {
    const place = { queue: 'drover', application: 'example', partition: null }
    const { queue, latestVersion, executors } = await ask(async (store) => {
      const { now, ...outlook } = await store.outlook(place)
      return outlook
    })
    expect({ isRegistered: queue.isRegistered, latestVersion, executors }).toEqual({
      isRegistered: false,
      latestVersion: null,
      executors: [],
    })
  })

  test('on which ids are workflows', async () => {
    expect(await ask((store) => store.existing(['nope', 'asking', 'asking#1']))).toEqual(['asking'])
  })

  test('on what is not there', async () => {
    expect(await ask((store) => store.situations(['nope']))).toEqual([])
    expect(await ask((store) => store.get('nope'))).toBeUndefined()
    expect(await ask((store) => store.steps('nope'))).toEqual([])
    expect(await ask((store) => store.waits(['nope']))).toEqual([])
    for (const store of [stores.fake, stores.real]) {
      await expect(changes(store, ['done', 'nope'])).rejects.toMatchObject({ code: 'workflow-not-found' })
      await expect(store.send({ workflowId: 'nope', topic: null, message: 1 })).rejects.toMatchObject({
        code: 'workflow-not-found',
      })
    }
  })

  test('on prefixes, names and origins', async () => {
    expect(await ask((store) => store.findByPrefix('child', 9))).toEqual(['child-1', 'child-2'])
    expect(await ask((store) => store.findByPrefix('%', 9))).toEqual([])
    await ask((store) => store.knownNames(3))
    expect(await ask((store) => store.origins('eventsWorkflow'))).toEqual([
      { className: 'Orders', configName: 'eu', queue: null, application: 'example' },
    ])
    expect(await ask((store) => store.hasQueue('nope'))).toBe(false)
  })

  test('on the whole life of a workflow that ended', async () => {
    const seen = await ask(async (store) => (await changes(store, ['done', 'failed'])).map(withoutTime))
    expect(seen.filter(({ workflowId }) => workflowId === 'done').map(({ type }) => type)).toEqual(
      'status event step stream step step stream step stream step event step step event step stream-closed step event step message status'.split(
        ' ',
      ),
    )
  })

  test('on a part of it', async () => {
    await ask(async (store) => (await changes(store, ['done'], { types: ['event'] })).map(withoutTime))
    await ask(async (store) =>
      (await changes(store, ['done'], { types: ['stream', 'stream-closed'], streamKeys: ['log'] })).map(
        withoutTime,
      ),
    )
    await ask(async (store) =>
      (await changes(store, ['done'], { types: ['stream'], streamStarts: new Map([['log', 1]]) })).map(
        withoutTime,
      ),
    )
    await ask(async (store) => (await changes(store, ['done'], { types: ['status'] })).map(withoutTime))
  })

  test('on a sleep that goes on, which has not completed yet', async () => {
    const steps = await ask((store) => store.steps('sleeping'))
    expect(steps.map(({ completedAt }) => completedAt === null)).toEqual([false, false, false, true])
    const [situation] = await stores.real.situations(['sleeping'])
    expect(situation?.lastStep).toEqual(steps.at(-1))
    await ask(async (store) => {
      const stop = new AbortController()
      const seen: unknown[] = []
      for await (const change of store.follow(['sleeping'], { signal: stop.signal, types: ['step'] })) {
        seen.push(withoutTime(change), change.at)
        if (change.type === 'step' && change.step.step === 3) stop.abort()
      }
      return seen
    })
  })

  test('on the latest events alone, and every one after them', async () => {
    const latest = await ask(async (store) =>
      (await changes(store, ['done'], { types: ['event'], latestEvents: true })).map(withoutTime),
    )
    expect(latest).toMatchObject([
      { key: 'progress', value: 100 },
      { key: 'status', value: 'completed' },
    ])
    await ask(async (store) =>
      (await changes(store, ['done'], { types: ['status', 'event'], latestEvents: true })).map(withoutTime),
    )
  })

  test('on what a cursor leaves, at every position', async () => {
    for (const store of [stores.fake, stores.real]) {
      const whole = await changes(store, ['done', 'failed'])
      for (const [index, { cursor }] of whole.entries()) {
        const rest = await changes(store, ['done', 'failed'], { from: cursor })
        expect(rest.map(withoutTime)).toEqual(whole.slice(index + 1).map(withoutTime))
      }
    }
  })

  test('on who may decide, what becomes of it, and the record of it', async () => {
    const outcomes = await ask(async (store) => {
      const [asking, answered, overdue] = await store.waits(['asking', 'answered', 'overdue'])
      const past = await store.waitAt('paid', 1)
      if (!asking || !answered || !overdue || !past) throw new Error('four waited')
      const approve = { topic: 'finance', ...adaApproves }
      const reject = { topic: 'finance', ...bobRejects }
      return [
        await store.decide({ wait: asking, ...approve }),
        await store.decide({ wait: asking, ...approve, message: { approved: true, by: 'eve' } }),
        await store.decide({ wait: asking, ...reject }),
        await store.decide({ wait: asking, ...reject, force: true }),
        await store.decide({ wait: answered, ...approve, topic: 'legal' }),
        await store.decide({ wait: overdue, ...approve, topic: null }),
        await store.decide({ wait: overdue, ...approve, topic: null, force: true }),
        await store.decide({ wait: past, ...approve }),
      ].map(({ outcome }) => outcome)
    })
    expect(outcomes).toEqual([
      'stored',
      'repeated',
      'decided-otherwise',
      'decided-otherwise',
      'foreign-message',
      'deadline-passed',
      'stored',
      'ended',
    ])
    expect((await ask((store) => store.waits(['asking']))).map(({ state }) => state)).toEqual(['answered'])

    const recorded = await ask(async (store) =>
      (await store.decisions({})).map(({ at, clientAddress, sessionUser, ...rest }) => rest),
    )
    expect(recorded.map(({ outcome, by, forced }) => `${outcome} ${by}${forced ? ' forced' : ''}`)).toEqual([
      'ended ada',
      'stored ada forced',
      'deadline-passed ada',
      'foreign-message ada',
      'decided-otherwise bob forced',
      'decided-otherwise bob',
      'repeated ada',
      'stored ada',
    ])
    const count = async (query: RecordQuery) => ask(async (store) => (await store.decisions(query)).length)
    expect(await count({ workflowId: 'asking' })).toBe(4)
    expect(await count({ workflowId: 'asking', step: 1 })).toBe(0)
    expect(await count({ actor: 'bob', limit: 1 })).toBe(1)
    const bobs = await count({ actor: 'bob' })
    expect(await count({ actor: ['bob', 'nobody'] })).toBe(bobs)
    expect(await count({ actor: ['bob', 'ada'] })).toBeGreaterThan(bobs)
    expect(await count({ to: minutesAgo(5) })).toBe(0)
    expect(await count({ from: minutesAgo(5) })).toBe(8)
  })

  test('on the waits of all workflows, the oldest first', async () => {
    const whole = await ask((store) => store.inbox({}))
    expect(whole.waits.map(({ workflowId, name }) => `${workflowId} ${name}`)).toEqual([
      'overdue approvalWorkflow',
      'answered approvalWorkflow',
      'asking approvalWorkflow',
      'watched watchedWorkflow',
    ])
    expect(await ask((store) => store.inbox({ limit: 1 }))).toMatchObject({ total: 4, waits: [{}] })
    expect(await ask((store) => store.inbox({ name: 'eventsWorkflow' }))).toEqual({ waits: [], total: 0 })
    const names = ['watchedWorkflow', 'nobody', 'approvalWorkflow']
    expect(await ask((store) => store.inbox({ name: names }))).toMatchObject({ total: 4 })
    expect(await ask((store) => store.inbox({ name: ['watchedWorkflow'] }))).toMatchObject({ total: 1 })
    expect(await ask((store) => store.inbox({ name: 'Desk.watchedWorkflow' }))).toMatchObject({ total: 1 })
    expect((await ask((store) => store.inbox({ before: betweenTheWaits }))).total).toBe(1)
  })

  test('on waits that are over, and on steps that never waited', async () => {
    for (const [id, step] of [
      ['asking', 1],
      ['asking', 4],
      ['overdue', 1],
      ['done', 1],
      ['nope', 1],
    ] as const) {
      await ask(async (store) => {
        const wait = await store.waitAt(id, step)
        return wait && { ...wait, state: null }
      })
    }
    expect(await ask((store) => store.waitAt('done', 1))).toBeUndefined()
    expect(await ask(async (store) => (await store.waitAt('asking', 1))?.topic)).toBe('legal')
  })

  test('on how earlier runs were answered', async () => {
    const waits = [
      { name: 'paidWorkflow', step: 1 },
      { name: 'paidWorkflow', step: 2 },
      { name: 'approvalWorkflow', step: 1 },
    ]
    expect(await ask((store) => store.learnAnswers(waits))).toEqual([
      { name: 'paidWorkflow', step: 1, topic: 'webhook', message: 'paid' },
    ])
    expect(await ask((store) => store.learnAnswers([]))).toEqual([])
  })

  test('on an inbox that changes while it is watched', async () => {
    await ask(async (store) => {
      const stop = new AbortController()
      const seen: string[] = []
      for await (const { waits } of store.watchInbox({}, { signal: stop.signal })) {
        const state = waits.find(({ workflowId }) => workflowId === 'watched')?.state
        seen.push(`${state}`)
        if (state === 'answered') stop.abort()
        else await store.send({ workflowId: 'watched', topic: 'go', message: 1 })
      }
      return seen
    })
  })

  test('on messages that are sent twice', async () => {
    const request = { workflowId: 'child-1', topic: 'news', message: { n: 1 }, idempotencyKey: 'once' }
    expect(await ask((store) => store.send(request))).toBe('sent')
    expect(await ask((store) => store.send(request))).toBe('duplicate')
    expect(await ask((store) => store.send({ ...request, workflowId: 'child-2' }))).toBe('sent')
    expect(await ask((store) => store.send({ ...request, message: 'other' }))).toBe('used-otherwise')
    expect(await ask((store) => store.send({ ...request, topic: 'other' }))).toBe('used-otherwise')
    const late = { workflowId: 'done', topic: null, message: { n: 1 }, onlyActive: true }
    expect(await ask((store) => store.send(late))).toBe('ended')
    const forced = { ...late, idempotencyKey: 'once', onlyActive: false }
    expect(await ask((store) => store.send(forced))).toBe('sent')
    expect(await ask((store) => store.send({ ...forced, onlyActive: true }))).toBe('duplicate')
    const messages = await ask(async (store) =>
      (await store.messages('child-1')).map(({ sentAt, ...rest }) => rest),
    )
    expect(messages).toHaveLength(1)
  })

  test('on starting, and on an id that is in use', async () => {
    const request = {
      name: 'fresh',
      workflowId: 'fresh-1',
      args: [1, { a: null }],
      queue: 'drover',
      application: 'example',
      version: 'v1',
    }
    expect(await ask((store) => store.start(request))).toBe('started')
    expect(await ask((store) => store.start({ ...request, args: [2] }))).toBe('existing')
    const held = {
      ...request,
      workflowId: 'fresh-2',
      deduplicationId: 'd',
      messages: [{ topic: 't', message: 1 }],
    }
    expect(await ask((store) => store.start(held))).toBe('started')
    expect(await ask((store) => store.start({ ...held, workflowId: 'fresh-3' }))).toEqual({
      duplicateOf: 'fresh-2',
    })
    expect(await ask(async (store) => (await store.messages('fresh-2')).map(({ topic }) => topic))).toEqual([
      't',
    ])
    const mistyped = { ...request, workflowId: 'fresh-4', name: 'eventsWorkflow', queue: 'drovr' }
    expect(await ask((store) => store.start(mistyped))).toBe('started')
    const queues = await ask((store) => store.origins('eventsWorkflow'))
    expect(queues.map(({ queue }) => queue)).toEqual([null, 'drovr'])
    const started = await ask(async (store) => {
      const { createdAt, ...rest } = (await store.get('fresh-1')) ?? {}
      return rest
    })
    expect(started).toMatchObject({ status: 'ENQUEUED', input: [1, { a: null }], queue: 'drover' })
  })

  test('on what is told while it happens, and that leaving is quiet', async () => {
    await ask(async (store) => {
      const stop = new AbortController()
      const seen: string[] = []
      for await (const change of store.follow(['overdue'], {
        signal: stop.signal,
        types: ['status', 'message'],
      })) {
        seen.push(change.type === 'message' ? `message ${change.message.topic}` : change.type)
        if (change.type === 'status') await store.send({ workflowId: 'overdue', topic: 'live', message: 1 })
        if (change.type === 'message' && change.message.topic === 'live') stop.abort()
      }
      return seen
    })
  })
})
