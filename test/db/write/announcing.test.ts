import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { enqueuedChannel, internalQueue, queueOfPayload } from '../../../src/core/dbos-names.ts'
import type { ManageTarget, ManageVerb } from '../../../src/core/manage/manage.ts'
import type { EnqueuingMethod } from '../../../src/db/write/announcing.ts'
import type { FakeWorkflow } from '../../support/fake-workflow.ts'
import { openRealStore, type RealStore } from '../../support/real-store.ts'
import { seedPlatform } from '../../support/seed-platform.ts'
import { seedWorkflow } from '../../support/seed-workflow.ts'
import { waitUntil } from '../../support/wait-until.ts'

let real: RealStore
let listener: pg.Client
const heard: string[] = []

beforeAll(async () => {
  real = await openRealStore()
  await seedPlatform(real.database)
  // As the SDK writes it.
  await real.database.query(`update dbos.workflow_schedules set workflow_class_name = ''`)
  listener = new pg.Client({ connectionString: real.database.target.url })
  await listener.connect()
  listener.on('notification', ({ payload = '' }) => heard.push(payload))
  await listener.query(`listen ${enqueuedChannel}`)
})

afterAll(async () => {
  await listener?.end()
  await real?.close()
})

/** The queues that are announced by what `use` does: what is heard before what is said after it. */
async function queuesAnnouncedBy(use: () => Promise<unknown>): Promise<(string | undefined)[]> {
  heard.length = 0
  await use()
  const end = randomUUID()
  await real.database.query('select pg_notify($1, $2)', [enqueuedChannel, end])
  await waitUntil('all is heard', () => heard.includes(end))
  return heard
    .slice(0, heard.indexOf(end))
    .map((payload) => queueOfPayload('dbos', payload))
    .sort()
}

const start = (queue: string, delayMs?: number) => {
  const workflowId = randomUUID()
  const request = { name: 'w', args: [], application: 'example', version: 'v1' }
  return real.store.start({ ...request, workflowId, queue, delayMs })
}

async function seed(workflow: Partial<FakeWorkflow>): Promise<string> {
  const workflowId = randomUUID()
  await seedWorkflow(real.database, { createdAt: new Date(Date.now() - 60_000), ...workflow, workflowId })
  return workflowId
}

const manage = async (
  verb: ManageVerb,
  workflow: Pick<FakeWorkflow, 'queue'> & { readonly status: ManageTarget['status'] },
  how: Partial<ManageTarget> = {},
) => {
  const workflowId = await seed(workflow)
  return real.store.manage(verb, [{ workflowId, status: workflow.status, ...how }])
}

const seenAt = new Date(Date.now() + 3_600_000)
const day = { since: new Date('2026-01-01T00:00:00Z'), until: new Date('2026-01-02T00:00:00Z') }
const own = { application: 'example', version: 'v1', seenAt }

/** Of each method that enqueues: what is done, and the queues that are told. */
const told: Readonly<Record<EnqueuingMethod, readonly (readonly [() => Promise<unknown>, ...string[]])[]>> = {
  start: [
    [() => start('mails'), 'mails'],
    [() => start('\u202e{"メール'), '\u202e{"メール'],
    [() => start('mails', 3_600_000)],
    // What Postgres takes for a payload, and what it does not.
    [() => start('x'.repeat(7994)), 'x'.repeat(7994)],
    [() => start('é'.repeat(3998))],
  ],
  manage: [
    [() => manage('resume', { status: 'CANCELLED' }), internalQueue],
    [() => manage('resume', { status: 'CANCELLED' }, { queue: 'mails' }), 'mails'],
    [() => manage('fork', { status: 'SUCCESS' }, { newWorkflowId: randomUUID(), queue: 'mails' }), 'mails'],
    [() => manage('rewind', { status: 'ERROR' }, { queue: 'mails' }), 'mails'],
    [() => manage('requeue', { status: 'ENQUEUED', queue: 'slow' }, { queue: 'mails' }), 'mails'],
    [() => manage('reschedule', { status: 'DELAYED', queue: 'mails' }, { delayUntilMs: 0 }), 'mails'],
    [() => manage('reschedule', { status: 'DELAYED', queue: 'mails' }, { delayUntilMs: +seenAt })],
    [() => manage('reprioritize', { status: 'ENQUEUED', queue: 'mails' }, { priority: 1 })],
    [() => manage('cancel', { status: 'ENQUEUED', queue: 'mails' })],
    [
      async () => {
        const targets = ['mails', 'calls', 'mails'].map(async (queue) => {
          const workflowId = await seed({ status: 'CANCELLED' })
          return { workflowId, status: 'CANCELLED', queue } as const
        })
        return real.store.manage('resume', await Promise.all(targets))
      },
      'calls',
      'mails',
    ],
  ],
  handOver: [
    [
      async () => {
        await seed({ status: 'PENDING', executorId: 'gone', queue: 'mails' })
        await seed({ status: 'PENDING', executorId: 'gone' })
        return real.store.handOver({ ...own, executorId: 'gone' })
      },
      internalQueue,
      'mails',
    ],
  ],
  moveToVersion: [
    [
      async () => {
        const workflowIds = [await seed({ status: 'ENQUEUED', queue: 'mails', version: 'v0' })]
        return real.store.moveToVersion({ ...own, version: 'v0', toVersion: 'v1', workflowIds })
      },
      'mails',
    ],
  ],
  triggerSchedule: [
    [() => real.store.triggerSchedule('nightly'), internalQueue],
    [() => real.store.triggerSchedule('nothing')],
  ],
  backfillSchedule: [[() => real.store.backfillSchedule('nightly', day), internalQueue]],
}

test.each(Object.entries(told))(
  '%s tells drover’s workers which queues have something new',
  async (_, cases) => {
    for (const [use, ...queues] of cases) expect(await queuesAnnouncedBy(use)).toEqual(queues)
  },
)
