import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ManageTarget, ManageVerb } from '../../../src/core/manage/manage.ts'
import type { Signature } from '../../../src/core/record/signature.ts'
import type { Store } from '../../../src/core/store.ts'
import { openStore } from '../../../src/db/open-store.ts'
import { holdTransaction, untilBlocked } from '../../support/held-transaction.ts'
import { openSlowOperator, type SlowOperator } from '../../support/race.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

let real: RealStore
let slow: SlowOperator
/** Who waits for a lock as long as it takes. */
let patient: Store
beforeAll(async () => {
  real = await openRealStore()
  await real.store.createRecord({ run: true })
  // As the planner does where the table is large: row by row, in the order in which they are named.
  for (const node of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin', 'sort'])
    await real.database.query(`alter database ${real.database.name} set enable_${node} = off`)
  slow = await openSlowOperator(real.database)
  patient = await openStore(real.database.target, { querySilenceMs: Number.POSITIVE_INFINITY })
})
afterAll(async () => {
  await slow?.close()
  await patient?.close()
  await real?.close()
})

const until = Date.parse('2030-01-02T03:04:05Z')

/** Of each verb: in which status it acts, and two ways of doing it. */
const verbs = [
  ['reprioritize', 'ENQUEUED', { priority: 5 }, { priority: 7 }, { priority: 7 }],
  [
    'reschedule',
    'DELAYED',
    { delayUntilMs: until },
    { delayUntilMs: until + 1 },
    { delay_until_epoch_ms: String(until + 1) },
  ],
  ['requeue', 'ENQUEUED', { queue: 'slow' }, { queue: 'fast' }, { queue_name: 'fast' }],
] as const satisfies readonly (readonly [
  ManageVerb,
  'ENQUEUED' | 'DELAYED',
  Partial<ManageTarget>,
  Partial<ManageTarget>,
  object,
])[]

const signedBy = (name: string): Signature => ({
  actor: { name, source: '--as' },
  comment: null,
  recording: 'required',
  onUnrecorded: () => {},
})

async function seed(status: 'ENQUEUED' | 'DELAYED' | 'CANCELLED'): Promise<string> {
  const workflowId = randomUUID()
  await seedWorkflow(real.database, { workflowId, status, queue: 'mails' })
  return workflowId
}

async function rowOf(workflowId: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await real.database.query(
    `select status, queue_name, priority, delay_until_epoch_ms, executor_id, xmin::text as written
     from dbos.workflow_status where workflow_uuid = $1`,
    [workflowId],
  )
  return row
}

const linesOf = async (workflowId: string) =>
  (await real.store.actions({ workflowId })).map(({ action, by }) => `${action} by ${by}`)

/** As an executor does. */
const take = (workflowId: string) =>
  real.database.query(
    `update dbos.workflow_status set status = 'PENDING', executor_id = 'worker' where workflow_uuid = $1`,
    [workflowId],
  )

const isUpdate = /^\s*update "?dbos"?\."?workflow_status"?/

test.each(verbs)(
  '%s: what a worker takes meanwhile is left alone, and has no line',
  async (verb, status, how) => {
    const workflowId = await seed(status)
    let taken: unknown
    const results = await slow.race(
      isUpdate,
      (store) => store.as(signedBy('ada')).manage(verb, [{ workflowId, status, ...how }]),
      async () => {
        await take(workflowId)
        taken = await rowOf(workflowId)
      },
    )
    expect(results).toEqual([{ workflowId, outcome: 'moved-on', status: 'PENDING' }])
    expect(await rowOf(workflowId)).toEqual(taken)
    expect(await linesOf(workflowId)).toEqual([])
  },
)

test.each(verbs)(
  '%s: of two operators the later one has the last word, and each has a line',
  async (verb, status, later, earlier) => {
    const workflowId = await seed(status)
    await slow.race(
      isUpdate,
      (store) => store.as(signedBy('ada')).manage(verb, [{ workflowId, status, ...later }]),
      () => real.store.as(signedBy('bob')).manage(verb, [{ workflowId, status, ...earlier }]),
    )
    const last = await rowOf(workflowId)
    const again = await seed(status)
    await real.store.manage(verb, [{ workflowId: again, status, ...later }])
    expect({ ...last, written: '' }).toEqual({ ...(await rowOf(again)), written: '' })
    expect(await linesOf(workflowId)).toEqual([`${verb} by ada`, `${verb} by bob`])
  },
)

test.each([
  ['cancel', 'ENQUEUED', {}],
  ['resume', 'CANCELLED', {}],
  ['reprioritize', 'ENQUEUED', { priority: 7 }],
  ['reschedule', 'DELAYED', { delayUntilMs: until }],
  ['requeue', 'ENQUEUED', { queue: 'slow' }],
] as const)(
  '%s: two operators who name the same workflows in another order never wait for each other',
  async (verb, status, how) => {
    const ids: string[] = []
    for (let count = 0; count < 3; count++) ids.push(await seed(status))
    const held = await holdTransaction(
      real.database,
      `select from dbos.workflow_status where workflow_uuid = '${ids[1]}' for update`,
    )
    const change = (store: Store, order: readonly string[]) =>
      store.manage(
        verb,
        order.map((workflowId) => ({ workflowId, status, ...how })),
      )
    const both = Promise.all([change(slow.store, ids), change(patient, ids.toReversed())])
    await untilBlocked(real.database, 2)
    await held.commit()
    const changed = (await both).flat().filter(({ outcome }) => outcome === 'changed')
    // What the status itself tells is done once.
    expect(changed).toHaveLength(verb === 'cancel' || verb === 'resume' ? ids.length : 2 * ids.length)
  },
)

describe('a deduplication id is held by one workflow of a queue', () => {
  const reason = 'its deduplication id is in use on queue slow'
  const seedWithId = async (deduplicationId: string, queue: string) => {
    const workflowId = await seed('ENQUEUED')
    await real.database.query(
      'update dbos.workflow_status set deduplication_id = $2, queue_name = $3 where workflow_uuid = $1',
      [workflowId, deduplicationId, queue],
    )
    return { workflowId, status: 'ENQUEUED', queue: 'slow' } as const
  }

  test('of two that are requeued together one stays, and what is beside them goes', async () => {
    const targets = [
      await seedWithId('x', 'mails'),
      await seedWithId('x', 'fast'),
      await seedWithId('y', 'fast'),
    ]
    const results = await real.store.as(signedBy('ada')).manage('requeue', targets)
    const ids = targets.map(({ workflowId }) => workflowId)
    expect(results).toEqual([
      { workflowId: ids[0], outcome: 'changed', status: 'ENQUEUED' },
      { workflowId: ids[1], outcome: 'failed', reason },
      { workflowId: ids[2], outcome: 'changed', status: 'ENQUEUED' },
    ])
    expect(await Promise.all(ids.map(linesOf))).toEqual([['requeue by ada'], [], ['requeue by ada']])
  })

  test('one that somebody enqueues there meanwhile has it', async () => {
    const target = await seedWithId('z', 'mails')
    const held = await holdTransaction(
      real.database,
      `insert into dbos.workflow_status (workflow_uuid, status, name, queue_name, deduplication_id)
         values ('new', 'ENQUEUED', 'w', 'slow', 'z')`,
    )
    const requeued = patient.as(signedBy('ada')).manage('requeue', [target])
    await untilBlocked(real.database, 1)
    await held.commit()
    expect(await requeued).toEqual([{ workflowId: target.workflowId, outcome: 'failed', reason }])
    expect(await rowOf(target.workflowId)).toMatchObject({ queue_name: 'mails' })
    expect(await linesOf(target.workflowId)).toEqual([])
  })
})
