import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import type { Wait } from '../../../src/core/workflow.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { adaApproves, bobRejects } from '../../support/answers.ts'
import { approval, borrowWait, twoGates } from '../../support/approval-workflows.ts'
import { type LiveStore, openLiveStore } from '../../support/live-store.ts'
import { openWait } from '../../support/open-wait.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

const impatient = DBOS.registerWorkflow(
  async () => {
    for (const seconds of [0.1, 3600]) {
      await DBOS.setEvent('awaiting:go', 'Go?')
      await DBOS.recv('go', seconds)
    }
  },
  { name: 'impatient' },
)

let live: LiveStore
let store: Store

beforeAll(async () => {
  live = await openLiveStore()
  store = live.store
})

afterAll(() => live.close())

/** A wait that is over, however short it was open. */
const pastWait = async (workflowId: string, step: number): Promise<Wait> => {
  const wait = await store.waitAt(workflowId, step)
  if (!wait?.until) throw new Error(`${workflowId} never waited at step ${step}`)
  return wait
}

const approve = { topic: 'go', ...adaApproves }
const reject = { topic: 'go', ...bobRejects }

test('a decision reaches the workflow, and is the answer for ever after', async () => {
  const handle = await DBOS.startWorkflow(approval, { workflowID: 'once' })()
  const wait = await openWait(store, 'once')
  expect(await store.decide({ wait, ...approve })).toMatchObject({ outcome: 'stored' })
  expect(await handle.getResult()).toEqual(approve.message)
  const earlier = { message: approve.message, at: expect.any(Date), by: 'ada' }
  expect(await store.decide({ wait, ...approve })).toEqual({ outcome: 'repeated', ...earlier })
  expect(await store.decide({ wait, ...reject })).toEqual({ outcome: 'decided-otherwise', ...earlier })
  expect(await store.messages('once')).toHaveLength(1)
})

test('of many who decide at the same time from two stores one wins, and all hear what was decided', async () => {
  const other = await openStore(live.database.target)
  for (let round = 0; round < 10; round++) {
    const id = `race-${round}`
    const handle = await DBOS.startWorkflow(approval, { workflowID: id })()
    const wait = await openWait(store, id)
    const outcomes = await Promise.all([
      store.decide({ wait, ...approve }),
      other.decide({ wait, ...reject }),
      store.decide({ wait, ...reject }),
      other.decide({ wait, ...approve }),
    ])
    const result = await handle.getResult()
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([
      'decided-otherwise',
      'decided-otherwise',
      'repeated',
      'stored',
    ])
    expect(outcomes.filter((told) => 'message' in told).map((told) => told.message)).toEqual([
      result,
      result,
      result,
    ])
    expect(await store.messages(id)).toHaveLength(1)
  }
  await other.close()
})

test('each gate is a wait of its own, and a retry for the first never opens the second', async () => {
  const handle = await DBOS.startWorkflow(twoGates, { workflowID: 'gates' })()
  const first = await openWait(store, 'gates')
  await store.decide({ wait: first, ...approve })
  const second = await openWait(store, 'gates', first.step + 3)
  expect(second.prompt).toBe('Gate 2?')
  expect(await store.decide({ wait: first, ...approve })).toMatchObject({ outcome: 'repeated' })
  expect(await store.waits(['gates'])).toMatchObject([{ step: second.step, state: 'waiting' }])
  expect(await store.decide({ wait: second, ...reject })).toMatchObject({ outcome: 'stored' })
  expect(await handle.getResult()).toEqual([approve.message, reject.message])
})

test('after the deadline it is too late, also when the workflow went on', async () => {
  const handle = await DBOS.startWorkflow(approval, { workflowID: 'late' })(0.1)
  expect(await handle.getResult()).toBeNull()
  const wait = await pastWait('late', 1)
  expect(await store.decide({ wait, ...approve })).toEqual({ outcome: 'ended', status: 'SUCCESS' })
})

test('a message that is no decision stands in the way until it is forced', async () => {
  await seedWorkflow(live.database, {
    workflowId: 'busy',
    createdAt: new Date(),
    did: [{ recv: 'go', timeoutSeconds: 3600 }],
  })
  const [wait] = await store.waits(['busy'])
  if (!wait) throw new Error('it waits')
  await store.send({ workflowId: 'busy', topic: 'go', message: 'noise' })
  expect(await store.decide({ wait, ...approve })).toMatchObject({
    outcome: 'foreign-message',
    message: 'noise',
  })
  expect(await store.decide({ wait, ...approve, force: true })).toMatchObject({ outcome: 'stored' })
  expect(await store.decide({ wait, ...reject, force: true })).toMatchObject({ outcome: 'decided-otherwise' })
})

test('a wait that somebody else answered is told with what was read', async () => {
  await DBOS.startWorkflow(twoGates, { workflowID: 'taken' })()
  const wait = await openWait(store, 'taken')
  await store.send({ workflowId: 'taken', topic: 'go', message: 'by hand' })
  await openWait(store, 'taken', wait.step + 3)
  expect(await store.decide({ wait, ...approve })).toMatchObject({
    outcome: 'foreign-message',
    message: 'by hand',
  })
})

test('a wait that timed out is told so while the workflow goes on', async () => {
  await DBOS.startWorkflow(impatient, { workflowID: 'impatient' })()
  await openWait(store, 'impatient', 4)
  const wait = await pastWait('impatient', 1)
  expect(await store.decide({ wait, ...approve })).toEqual({ outcome: 'deadline-passed', until: wait.until })
})

test('a decision for a workflow that is gone says so', async () => {
  const wait = await borrowWait(store, 'nobody')
  await expect(store.decide({ wait, ...approve })).rejects.toMatchObject({ code: 'workflow-not-found' })
})

test('a question without a time is as old as its workflow, whoever reads it', async () => {
  const rows = `with w as (insert into dbos.workflow_status (workflow_uuid, status, name, created_at)
      values ('timeless', 'PENDING', 'timeless', 1000)),
    h as (insert into dbos.workflow_events_history (workflow_uuid, function_id, key, value, serialization)
      values ('timeless', 0, 'awaiting:go', '"Go?"', 'portable_json'))
    insert into dbos.workflow_events (workflow_uuid, key, value, serialization)
      values ('timeless', 'awaiting:go', '"Go?"', 'portable_json')`
  await live.database.query(rows)
  const [wait] = await store.waits(['timeless'])
  expect(wait?.since).toEqual(new Date(1000))
  expect((await store.inbox({ name: 'timeless' })).waits[0]?.since).toEqual(wait?.since)
  await live.database.query(
    `update dbos.workflow_status set status = 'CANCELLED' where workflow_uuid = 'timeless'`,
  )
  expect((await store.waitAt('timeless', 1))?.since).toEqual(wait?.since)
})
