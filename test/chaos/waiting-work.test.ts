import { DBOS } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ManageTarget, ManageVerb } from '../../src/core/manage/manage.ts'
import type { Store } from '../../src/core/store.ts'
import { openStore } from '../../src/db/open-store.ts'
import { type LiveStore, openLiveStore } from '../support/live-store.ts'
import { waitUntil } from '../support/wait-until.ts'

const ran = new Map<number, number>()
const count = DBOS.registerWorkflow(
  async (number: number) => {
    ran.set(number, (ran.get(number) ?? 0) + 1)
    return number
  },
  { name: 'count' },
)

const queues = ['slow', 'fast'] as const
let live: LiveStore
let operators: readonly Store[]

beforeAll(async () => {
  live = await openLiveStore()
  await live.store.createRecord({ run: true })
  for (const name of queues) {
    await DBOS.registerQueue(name, { concurrency: 4, minPollingIntervalMs: 20 })
  }
  const other = await openStore(live.database.target)
  operators = [live.store, other].map((store, index) =>
    store.as({
      actor: { name: index === 0 ? 'ada' : 'bob', source: '--as' },
      comment: null,
      recording: 'required',
      onUnrecorded: () => {},
    }),
  )
})

afterAll(async () => {
  await operators?.[1]?.close()
  await live?.close()
})

const total = 300
const idOf = (number: number) => `counted-${number}`

test('what two operators move about, and pause, beside a live worker runs once, and all that they changed is on record', async () => {
  for (let number = 0; number < total; number++) {
    await DBOS.startWorkflow(count, {
      workflowID: idOf(number),
      queueName: queues[number % 2],
      enqueueOptions: number % 3 === 0 ? { delaySeconds: 600 } : {},
    })(number)
  }
  const changes = await Promise.all(operators.map((operator) => moveAbout(operator)))
  await settle()
  const workflows = await live.store.list({ name: 'count', limit: total + 1 })
  expect(workflows.filter(({ status }) => status !== 'SUCCESS')).toEqual([])
  expect(workflows).toHaveLength(total)
  expect([...ran.values()].filter((times) => times !== 1)).toEqual([])
  expect(ran.size).toBe(total)
  const lines = await live.database.query(
    `select actor, action, count(*)::int as count from drover.actions where workflow_id is not null group by 1, 2`,
  )
  for (const { actor, action, count: recorded } of lines)
    expect({ actor, action, recorded }).toEqual({
      ...{ actor, action },
      recorded: changes[actor === 'ada' ? 0 : 1]?.get(String(action)),
    })
})

/** Whatever waits, until half of it has run. Resolves to how many workflows it changed, by verb. */
async function moveAbout(operator: Store): Promise<ReadonlyMap<string, number>> {
  const changed = new Map<string, number>()
  const change = async (verb: ManageVerb, targets: readonly ManageTarget[]) => {
    const results = await operator.manage(verb, targets)
    const done = results.filter(({ outcome }) => outcome === 'changed').length
    if (done > 0) changed.set(verb, (changed.get(verb) ?? 0) + done)
  }
  for (let turn = 0; ran.size < total / 2; turn++) {
    const queue = queues[turn % 2] as string
    if (turn % 5 === 0) await operator.pauseQueue(queue)
    if (turn % 5 === 2) for (const name of queues) await operator.resumeQueue(name, 4)
    const waiting = await operator.list({ status: ['ENQUEUED', 'DELAYED'], limit: 40, order: 'newest' })
    const order = turn % 2 === 0 ? waiting : waiting.toReversed()
    const enqueued = order.filter(({ status }) => status === 'ENQUEUED')
    const delayed = order.filter(({ status }) => status === 'DELAYED').slice(0, 10)
    await change(
      'reprioritize',
      enqueued.map(({ workflowId, status }) => ({ workflowId, status, priority: turn + 1 })),
    )
    await change(
      'requeue',
      enqueued.map(({ workflowId, status }) => ({ workflowId, status, queue })),
    )
    await change(
      'reschedule',
      delayed.map(({ workflowId, status }) => ({ workflowId, status, delayUntilMs: 0 })),
    )
  }
  return changed
}

/** Nothing is paused or delayed any more, and all of it ends. */
async function settle(): Promise<void> {
  for (const name of queues) await live.store.resumeQueue(name, 4)
  await live.database.query(
    `update dbos.workflow_status set delay_until_epoch_ms = 0 where status = 'DELAYED'`,
  )
  await waitUntil('all have run', () => ran.size === total)
  await waitUntil('all have ended', async () => {
    const active = await live.store.list({ status: ['PENDING', 'ENQUEUED'], name: 'count', limit: 1 })
    return active.length === 0
  })
}
