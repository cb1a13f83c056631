import { DBOSClient } from '@dbos-inc/dbos-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ManageTarget, ManageVerb } from '../../../src/core/manage/manage.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'

const until = new Date('2030-01-02T03:04:05.000Z')

let real: RealStore
let client: DBOSClient
beforeAll(async () => {
  real = await openRealStore()
  client = await DBOSClient.create({ systemDatabaseUrl: real.database.target.url })
})
afterAll(async () => {
  await client.destroy()
  await real.close()
})

const seed = (workflowId: string, status: 'ENQUEUED' | 'DELAYED' | 'PENDING') =>
  seedWorkflow(real.database, { workflowId, status, name: 'one', queue: 'mails', createdAt: new Date(1000) })

async function rowOf(workflowId: string): Promise<Record<string, unknown>> {
  const [row = {}] = await real.database.query(
    `select * from dbos.workflow_status where workflow_uuid = '${workflowId}'`,
  )
  const { workflow_uuid, updated_at, ...others } = row
  return { ...others, isTouched: Number(updated_at) > 1000 }
}

const change = async (verb: ManageVerb, target: ManageTarget) => (await real.store.manage(verb, [target]))[0]

test('a priority and a delay are written as by the client of DBOS', async () => {
  for (const id of ['theirs', 'ours']) {
    await seed(`${id}-enqueued`, 'ENQUEUED')
    await seed(`${id}-delayed`, 'DELAYED')
  }
  await client.setWorkflowPriority('theirs-enqueued', 7)
  await client.setWorkflowDelay('theirs-delayed', { delayUntilEpochMS: until.getTime() })
  const enqueued = { workflowId: 'ours-enqueued', status: 'ENQUEUED' } as const
  expect(await change('reprioritize', { ...enqueued, priority: 7 })).toEqual({
    workflowId: 'ours-enqueued',
    outcome: 'changed',
    status: 'ENQUEUED',
  })
  const delayed = { workflowId: 'ours-delayed', status: 'DELAYED' } as const
  expect(await change('reschedule', { ...delayed, delayUntilMs: until.getTime() })).toMatchObject({
    outcome: 'changed',
  })
  for (const which of ['enqueued', 'delayed'])
    expect(await rowOf(`ours-${which}`)).toEqual(await rowOf(`theirs-${which}`))
  expect(await rowOf('ours-enqueued')).toMatchObject({ priority: 7, isTouched: true })
  expect(await rowOf('ours-delayed')).toMatchObject({ delay_until_epoch_ms: String(until.getTime()) })
})

test('what was taken meanwhile is left alone', async () => {
  await seed('taken', 'PENDING')
  const before = await rowOf('taken')
  const target = {
    workflowId: 'taken',
    status: 'ENQUEUED',
    priority: 1,
    queue: 'slow',
    delayUntilMs: 0,
  } as const
  for (const verb of ['reprioritize', 'reschedule', 'requeue'] as const)
    expect(await change(verb, target)).toEqual({
      workflowId: 'taken',
      outcome: 'moved-on',
      status: 'PENDING',
    })
  expect(await rowOf('taken')).toEqual(before)
})

test('another queue takes what it has room for: a deduplication id is held once', async () => {
  for (const id of ['moves', 'collides', 'holder']) await seed(id, 'ENQUEUED')
  await real.database.query(
    `update dbos.workflow_status set deduplication_id = 'x' where workflow_uuid in ('collides');
     update dbos.workflow_status set deduplication_id = 'x', queue_name = 'slow' where workflow_uuid = 'holder'`,
  )
  const targets = ['moves', 'collides'].map(
    (workflowId) => ({ workflowId, status: 'ENQUEUED', queue: 'slow' }) as const,
  )
  expect(await real.store.manage('requeue', targets)).toEqual([
    { workflowId: 'moves', outcome: 'changed', status: 'ENQUEUED' },
    {
      workflowId: 'collides',
      outcome: 'failed',
      reason: 'its deduplication id is in use on queue slow',
    },
  ])
  expect([(await real.store.get('moves'))?.queue, (await real.store.get('collides'))?.queue]).toEqual([
    'slow',
    'mails',
  ])
})
