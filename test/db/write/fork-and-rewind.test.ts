import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ManageTarget } from '../../../src/core/manage/manage.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { minutesAgo } from '../../support/family.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'
import { openTwoStores, type TwoStores } from '../../support/two-stores.ts'

const recorded: FakeWorkflow = {
  workflowId: 'recorded',
  status: 'SUCCESS',
  attributes: { region: 'eu' },
  user: 'ada',
  input: [3, { a: 'x' }],
  output: 'fine',
  createdAt: minutesAgo(5),
  did: [
    { event: 'progress', value: 50 },
    { stream: 'log', value: 'x' },
    { recv: 'go', message: { approved: true } },
    { event: 'progress', value: 100 },
    { event: 'finished', value: true },
    { step: 'ship', error: { name: 'TypeError', message: 'no' } },
    { stream: 'log', value: 'y' },
    { recv: 'go', message: { approved: true } },
    { closeStream: 'log' },
  ],
  unread: [{ topic: 'go', message: 'late' }],
}

const target = { workflowId: 'recorded', status: 'SUCCESS' } as const
/** A receive is two steps. */
const cuts = [0, 1, 3, 5, 7, 8, 11]

let stores: TwoStores

beforeAll(async () => {
  stores = await openTwoStores([
    recorded,
    ...cuts.map((cut) => ({ ...recorded, workflowId: `recorded-${cut}` })),
    { workflowId: 'blank', createdAt: minutesAgo(4) },
    { workflowId: 'running', createdAt: minutesAgo(3), did: [{ step: 'charge', output: 1 }] },
  ])
})

afterAll(() => stores.close())

async function rowsOf(store: Store, workflowId: string) {
  const found = await store.get(workflowId)
  if (!found) throw new Error(`no workflow ${workflowId}`)
  const { startedAt, createdAt, completedAt, recoveryAttempts, ...workflow } = found
  const withoutIds = (rows: readonly object[]) => rows.map((row) => ({ ...row, workflowId: '' }))
  const values: unknown[] = []
  for await (const batch of store.streamValues(workflowId, 'log')) values.push(...withoutIds(batch))
  return {
    workflow,
    isCompleted: completedAt !== null,
    steps: await store.steps(workflowId),
    events: withoutIds(await store.events(workflowId)),
    streams: withoutIds(await store.streams(workflowId)),
    values,
    messages: withoutIds(await store.messages(workflowId)),
  }
}

describe('the fake store and the real one agree', () => {
  test('on where a workflow can be cut', async () => {
    const bounds = await stores.ask(async (store) =>
      (await store.stepBounds(['recorded', 'blank', 'running', 'nobody'])).toSorted((a, b) =>
        a.workflowId < b.workflowId ? -1 : 1,
      ),
    )
    expect(bounds).toEqual([
      { workflowId: 'recorded', lastStep: 10, failedStep: 6, namedStep: null },
      { workflowId: 'running', lastStep: 0, failedStep: null, namedStep: null },
    ])
  })

  test('on the first step of a name', async () => {
    const { steps } = await stores.ask((store) => rowsOf(store, 'recorded'))
    for (const { name } of steps) {
      const [bounds] = await stores.ask((store) => store.stepBounds(['recorded'], name))
      expect(bounds?.namedStep).toBe(steps.find((step) => step.name === name)?.step)
    }
    expect(await stores.ask((store) => store.stepBounds(['recorded'], 'nothing'))).toMatchObject([
      { namedStep: null },
    ])
  })

  test.each(cuts)('on what a fork from step %i copies', async (fromStep) => {
    const targets = [{ ...target, fromStep, newWorkflowId: `copy-${fromStep}` }]
    await stores.ask((store) => store.manage('fork', targets))
    const before = await stores.ask((store) => rowsOf(store, 'recorded'))
    const copy = await stores.ask((store) => rowsOf(store, `copy-${fromStep}`))
    expect(copy.steps).toEqual(before.steps.filter(({ step }) => step < fromStep))
    expect(copy.workflow.input).toEqual(before.workflow.input)
    expect(copy.messages).toEqual([])
  })

  test.each(cuts)('on what a rewind to step %i leaves', async (fromStep) => {
    const workflowId = `recorded-${fromStep}`
    await stores.ask((store) => store.manage('rewind', [{ ...target, workflowId, fromStep }]))
    const { steps, messages, values } = await stores.ask((store) => rowsOf(store, workflowId))
    expect(steps.every(({ step }) => step < fromStep)).toBe(true)
    expect(messages).toHaveLength(fromStep > 8 ? 2 : fromStep > 2 ? 1 : 0)
    expect(values).toHaveLength(2)
  })

  test('on many at once, of which each has an outcome of its own', async () => {
    const fork = (workflowId: string, more: Partial<ManageTarget>): ManageTarget => ({
      workflowId,
      status: 'PENDING',
      ...more,
    })
    const results = await stores.ask((store) =>
      store.manage('fork', [
        { ...target, fromStep: 2, newWorkflowId: 'many-1', queue: 'mails', version: 'v9' },
        fork('nobody', { newWorkflowId: 'many-2' }),
        fork('blank', { newWorkflowId: 'running' }),
        fork('running', { newWorkflowId: 'many-3', fromStep: 1 }),
        { ...target, status: 'ERROR', newWorkflowId: 'many-4' },
      ]),
    )
    expect(results).toEqual([
      { workflowId: 'recorded', outcome: 'changed', status: 'ENQUEUED' },
      { workflowId: 'nobody', outcome: 'not-found' },
      { workflowId: 'blank', outcome: 'failed', reason: 'the id running is in use' },
      { workflowId: 'running', outcome: 'changed', status: 'ENQUEUED' },
      { workflowId: 'recorded', outcome: 'moved-on', status: 'SUCCESS' },
    ])
    expect(await stores.ask((store) => rowsOf(store, 'many-1'))).toMatchObject({
      workflow: { queue: 'mails', version: 'v9' },
    })
    await stores.ask((store) => rowsOf(store, 'many-3'))
  })

  test('on rewinding only what has ended', async () => {
    expect(
      await stores.ask((store) => store.manage('rewind', [{ workflowId: 'running', status: 'PENDING' }])),
    ).toEqual([
      { workflowId: 'running', outcome: 'failed', reason: 'it is PENDING: cancel it before it is rewound' },
    ])
  })
})

test('of operators who fork to the same id at once, one does', async () => {
  const others = await Promise.all(Array.from({ length: 4 }, () => openStore(stores.database.target)))
  const forks = others.map((store) => store.manage('fork', [{ ...target, newWorkflowId: 'raced' }]))
  const outcomes = (await Promise.all(forks)).flat().map(({ outcome }) => outcome)
  expect(outcomes.sort()).toEqual(['changed', 'failed', 'failed', 'failed'])
  await Promise.all(others.map((store) => store.close()))
})

test('of operators who rewind the same workflows in any order at once, each is rewound by one', async () => {
  const { database } = stores
  const ids = ['blank', 'recorded-0', 'running']
  await database.query(`update dbos.workflow_status set status = 'ERROR' where workflow_uuid = any($1)`, [
    ids,
  ])
  const targets = ids.map((workflowId): ManageTarget => ({ workflowId, status: 'ERROR' }))
  const others = await Promise.all(Array.from({ length: 4 }, () => openStore(database.target)))
  const results = await Promise.all(
    others.map((store, index) => store.manage('rewind', index % 2 ? targets : targets.toReversed())),
  )
  for (const { workflowId } of targets) {
    const outcomes = results.flat().filter((result) => result.workflowId === workflowId)
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      'changed',
      'moved-on',
      'moved-on',
      'moved-on',
    ])
  }
  await Promise.all(others.map((store) => store.close()))
})

test.each(cuts)(
  'before messages tell who read them, a rewind to step %i deletes the same ones',
  async (cut) => {
    const { database } = stores
    const workflowId = `unsigned-${cut}`
    await seedWorkflow(database, { ...recorded, workflowId })
    await seedWorkflow(database, { ...recorded, workflowId: `signed-${cut}` })
    await database.query(
      'update dbos.notifications set consumed_by_function_id = null where destination_uuid = $1',
      [workflowId],
    )
    const ids = [workflowId, `signed-${cut}`]
    await stores.real.manage(
      'rewind',
      ids.map((id) => ({ workflowId: id, status: 'SUCCESS', fromStep: cut })),
    )
    const left = await Promise.all(ids.map((id) => stores.real.messages(id)))
    const [unsigned, signed] = left.map((messages) =>
      messages.map(({ topic, message, sentAt }) => [topic, message, sentAt]),
    )
    expect(unsigned).toEqual(signed)
  },
)

test('what SDK 4 wrote before the tables were migrated is forked for workers of both', async () => {
  const { database, real } = stores
  await database.query(`update dbos.workflow_status set inputs = '[1]' where workflow_uuid = 'recorded'`)
  await database.query(`delete from dbos.workflow_input where workflow_uuid = 'recorded'`)
  await real.manage('fork', [{ ...target, newWorkflowId: 'older' }])
  const inputs = `select s.inputs as legacy, i.inputs from dbos.workflow_status s
    left join dbos.workflow_input i using (workflow_uuid) where workflow_uuid = 'older'`
  expect(await database.query(inputs)).toEqual([{ legacy: '[1]', inputs: '[1]' }])
})
