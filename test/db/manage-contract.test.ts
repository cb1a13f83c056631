import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CountableField, countableFields } from '../../src/core/manage/manage.ts'
import { describeFilter, type WorkflowFilter } from '../../src/core/manage/workflow-filter.ts'
import type { Store } from '../../src/core/store.ts'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { family, minutesAgo } from '../support/family.ts'
import { openTwoStores, type TwoStores } from '../support/two-stores.ts'

const failedAt = minutesAgo(8)
const overdueSince = minutesAgo(4)

const workflows: readonly FakeWorkflow[] = [
  {
    workflowId: 'done',
    name: 'orderWorkflow',
    attributes: { region: 'eu', tier: 1 },
    schedule: 'nightly',
    user: 'ada',
    status: 'SUCCESS',
    input: [3, 'x'],
    output: { sum: 3 },
    createdAt: minutesAgo(10),
    did: [
      { event: 'status', value: 'started' },
      { step: 'add', output: 1 },
      { event: 'progress', value: 50 },
      { stream: 'log', value: 'x' },
      { event: 'progress', value: 100 },
    ],
  },
  {
    workflowId: 'failed',
    name: 'failing',
    attributes: { region: 'eu' },
    schedule: 'hourly',
    user: 'bob',
    application: 'shop',
    version: 'v2',
    status: 'ERROR',
    error: { name: 'TypeError', message: 'no such order: 100%' },
    createdAt: minutesAgo(9),
    completedAt: failedAt,
    did: [{ step: 'look', error: { name: 'TypeError', message: 'no such order' } }],
  },
  {
    workflowId: 'overdue',
    name: 'orderWorkflow',
    attributes: { region: 'us' },
    executorId: 'elsewhere',
    createdAt: overdueSince,
  },
  ...family,
  { workflowId: 'grandchild', parentId: 'child-1', createdAt: minutesAgo(2.4) },
]

let stores: TwoStores

beforeAll(async () => {
  stores = await openTwoStores(workflows)
})

afterAll(() => stores.close())

const ask: TwoStores['ask'] = (question) => stores.ask(question)

describe('the fake store and the real one agree', () => {
  const idOf = ({ workflowId }: { readonly workflowId: string }) => workflowId
  const startOf = (id: string) => workflows.find(({ workflowId }) => workflowId === id)?.createdAt

  /** Which ids it lets through, the newest first. */
  const filters: readonly (readonly [ids: string, WorkflowFilter])[] = [
    ['grandchild child-2 child-1 parent overdue failed done', {}],
    ['overdue done', { name: 'orderWorkflow' }],
    ['child-1 failed done', { status: ['SUCCESS', 'ERROR'] }],
    ['child-2 child-1', { parentId: 'parent' }],
    ['child-2', { queue: 'drover' }],
    ['failed', { application: 'shop' }],
    ['failed', { version: 'v2' }],
    ['', { version: 'v2', application: 'example' }],
    ['overdue', { executorId: 'elsewhere' }],
    // From the very time on, and not at the very time any more.
    ['parent overdue', { since: startOf('overdue'), until: startOf('child-1') }],
    ['done', { endedUntil: failedAt }],
    ['failed done', { endedUntil: new Date(failedAt.getTime() + 1) }],
    ['child-1 failed', { endedSince: failedAt }],
    ['child-1', { endedSince: new Date(failedAt.getTime() + 1) }],
    ['grandchild child-2 child-1', { hasParent: true }],
    ['parent overdue failed done', { hasParent: false }],
    ['child-2 child-1', { idPrefix: ['child-', 'nobody'] }],
    ['', { idPrefix: 'hild' }],
    ['', { isFork: true }],
    ['failed done', { isFork: false, status: ['ERROR', 'SUCCESS'], hasParent: false }],
    ['failed done', { longerThanMs: 0, status: ['ERROR', 'SUCCESS'], hasParent: false }],
    ['', { longerThanMs: 10 * 86_400_000 }],
    ['failed done', { attributes: { region: 'eu' } }],
    ['done', { attributes: { region: 'eu', tier: 1 } }],
    ['overdue', { attributes: { region: 'us' } }],
    ['failed', { search: 'SUCH ord' }],
    ['done', { search: '"SUM"' }],
    ['failed', { search: '%' }],
    ['', { search: 'such_order' }],
    ['done', { schedule: 'nightly' }],
    ['done', { user: 'ada' }],
    ['', { schedule: 'nightly', user: 'bob' }],
  ]

  test('on what a filter lets through, and how many there are', async () => {
    for (const [expected, filter] of filters) {
      const ids = expected.split(' ').filter(Boolean)
      const listed = await ask((store) => store.list({ ...filter, limit: 99 }))
      expect(listed.map(idOf), describeFilter(filter)).toEqual(ids)
      const oldest = await ask((store) => store.list({ ...filter, limit: 99, order: 'oldest' }))
      expect(oldest.map(idOf), describeFilter(filter)).toEqual(ids.toReversed())
      const counted = await ask((store) => store.countBy(filter, 'status'))
      expect(
        counted.reduce((sum, { count }) => sum + count, 0),
        describeFilter(filter),
      ).toBe(ids.length)
    }
  })

  test('on how many there are of each kind', async () => {
    const expected: Readonly<Record<CountableField, string>> = {
      status: 'PENDING 3, SUCCESS 2, ENQUEUED 1',
      name: 'childWorkflow 2, orderWorkflow 2, exampleWorkflow 1, parentWorkflow 1',
      queue: 'null 5, drover 1',
      application: 'example 6',
      version: 'v1 6',
      executor: 'drover-test 4, elsewhere 1, null 1',
    }
    for (const field of countableFields) {
      const counts = await ask((store) => store.countBy({ application: 'example' }, field))
      expect(counts.map(({ value, count }) => `${value} ${count}`).join(', ')).toBe(expected[field])
    }
  })

  test.each(['newest', 'oldest'] as const)('on pages, the %s first', async (order) => {
    const all = await ask((store) => store.list({ limit: 99, order }))
    const paged: string[] = []
    let after: (typeof all)[number] | undefined
    do {
      const page = await ask((store) => store.list({ limit: 3, order, after }))
      paged.push(...page.map(({ workflowId }) => workflowId))
      after = page.length === 3 ? page.at(-1) : undefined
    } while (after)
    expect(paged).toEqual(all.map(({ workflowId }) => workflowId))
  })

  test('on families', async () => {
    expect(await ask((store) => store.descendants(['parent', 'done']))).toEqual([
      'child-1',
      'child-2',
      'grandchild',
    ])
    expect(await ask((store) => store.descendants(['grandchild']))).toEqual([])
  })

  test('on where workflows come from', async () => {
    for (const { workflowId } of workflows) await ask((store) => store.lineage(workflowId))
    expect(await ask((store) => store.lineage('nobody'))).toBeUndefined()
  })

  test('on what goes with workflows', async () => {
    const weight = await ask(async (store) => {
      const { payloadBytes, ...counts } = await store.weigh(['done', 'failed', 'nobody'])
      return { ...counts, hasPayload: payloadBytes > 0 }
    })
    expect(weight).toEqual({ steps: 6, streamValues: 1, messages: 0, hasPayload: true })
  })

  const stateOf = (workflowId: string) => async (store: Store) => {
    const { createdAt, startedAt, completedAt, ...rest } = (await store.get(workflowId)) ?? {}
    return { ...rest, started: startedAt !== null, completed: completedAt !== null }
  }

  test('on changing workflows, each only from the status that was expected', async () => {
    const cancel = [
      { workflowId: 'child-2', status: 'ENQUEUED' },
      { workflowId: 'overdue', status: 'ENQUEUED' },
      { workflowId: 'nobody', status: 'PENDING' },
    ] as const
    expect(await ask((store) => store.manage('cancel', cancel))).toEqual([
      { workflowId: 'child-2', outcome: 'changed', status: 'CANCELLED' },
      { workflowId: 'overdue', outcome: 'moved-on', status: 'PENDING' },
      { workflowId: 'nobody', outcome: 'not-found' },
    ])
    expect(await ask(stateOf('child-2'))).toMatchObject({ status: 'CANCELLED', queue: null })
    await ask((store) =>
      store.manage('resume', [{ workflowId: 'child-2', status: 'CANCELLED', queue: 'drover' }]),
    )
    expect(await ask(stateOf('child-2'))).toMatchObject({ status: 'ENQUEUED', queue: 'drover' })
  })

  test('on what waits for a version that nobody runs, and moving it', async () => {
    const [seen] = await ask(async (store) => (await store.scanExecutors()).unclaimed)
    expect(seen).toMatchObject({ application: 'example', version: 'v1', workflowCount: 1 })
    const move = (version: string, toVersion: string) =>
      ask((store) =>
        store.moveToVersion({
          application: 'example',
          version,
          toVersion,
          seenAt: new Date(Date.now() + 1000),
          workflowIds: ['child-2', 'parent', 'nobody'],
        }),
      )
    expect(await move('v0', 'v2')).toEqual([])
    expect(await move('v1', 'v2')).toEqual(['child-2'])
    expect(await ask(stateOf('child-2'))).toMatchObject({
      status: 'ENQUEUED',
      version: 'v2',
      queue: 'drover',
    })
    expect(await move('v2', 'v1')).toEqual(['child-2'])
  })

  test('on forks and rewinds', async () => {
    const target = { workflowId: 'done', status: 'SUCCESS', fromStep: 3 } as const
    await ask((store) => store.manage('fork', [{ ...target, newWorkflowId: 'copy', version: 'v9' }]))
    expect(await ask((store) => store.manage('fork', [{ ...target, newWorkflowId: 'grandchild' }]))).toEqual([
      { workflowId: 'done', outcome: 'failed', reason: 'the id grandchild is in use' },
    ])
    expect(await ask((store) => store.lineage('copy'))).toMatchObject({
      forkedFrom: 'done',
      user: 'ada',
      schedule: null,
    })
    expect(await ask((store) => store.lineage('done'))).toMatchObject({ forks: ['copy'] })
    expect(await ask(stateOf('copy'))).toMatchObject({ status: 'ENQUEUED', version: 'v9' })
    expect(await ask((store) => store.manage('rewind', [target]))).toEqual([
      { workflowId: 'done', outcome: 'changed', status: 'ENQUEUED' },
    ])
    expect(await ask(stateOf('done'))).toMatchObject({ status: 'ENQUEUED', output: null })
    expect((await ask((store) => store.steps('done'))).map(({ step }) => step)).toEqual([0, 1, 2])
    expect(await ask((store) => store.manage('rewind', [{ ...target, status: 'ERROR' }]))).toEqual([
      { workflowId: 'done', outcome: 'moved-on', status: 'ENQUEUED' },
    ])
  })

  test('on deleting', async () => {
    const target = { workflowId: 'failed', status: 'ERROR' } as const
    expect(await ask((store) => store.manage('delete', [target]))).toEqual([
      { workflowId: 'failed', outcome: 'changed', status: null },
    ])
    expect(await ask((store) => store.get('failed'))).toBeUndefined()
    expect(await ask((store) => store.steps('failed'))).toEqual([])
    const states = await ask(async (store) =>
      (await store.states(['failed', 'parent'])).map(({ updatedAt, ...state }) => state),
    )
    expect(states.map(({ workflowId }) => workflowId)).toEqual(['parent'])
  })
})
