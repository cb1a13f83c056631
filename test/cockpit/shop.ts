import type { Change } from '../../src/core/change.ts'
import { createFakeStore, type FakeStore } from '../support/fake-store.ts'
import type { FakeWorkflow } from '../support/fake-workflow.ts'
import { waitUntil } from '../support/wait-until.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 0, 2, 3, minute, 0))

/** When it is looked at. */
export const now = at(30)

/** Ten minutes of a shop: fan-out, questions, failures, a dead executor, wide and hostile texts. */
export function createShop(more: readonly FakeWorkflow[] = []): FakeStore {
  const children = Array.from({ length: 6 }, (_, number): FakeWorkflow => {
    const common = {
      workflowId: `resize-2-${number}`,
      name: 'resizeOne',
      parentId: 'resize-2',
      createdAt: at(20),
    }
    if (number < 3) return { ...common, status: 'SUCCESS', completedAt: at(21) }
    if (number < 5) return { ...common, status: 'ENQUEUED', queue: 'jobs', executorId: null }
    const error = { name: 'Error', message: 'image 40 is corrupt: bad JPEG marker 0xff' }
    return { ...common, status: 'ERROR', error, completedAt: at(21) }
  })
  const refund = (number: number, prompt: string): FakeWorkflow => ({
    workflowId: `refund-${number}`,
    name: 'refund',
    createdAt: at(21),
    executorId: 'web-1',
    did: [
      { step: 'loadCustomer', output: { orders: 14, chargebacks: 1 } },
      { event: 'status', value: 'checked' },
      {
        event: 'awaiting:refund',
        value: {
          prompt,
          amount: 37 * number,
          reason:
            'Parcel arrived damaged, three photos attached; customer is asking for the full amount including shipping.',
        },
      },
      { recv: 'refund', timeoutSeconds: 86_400 },
    ],
  })
  return createFakeStore(
    [
      {
        workflowId: 'resize-2',
        name: 'resizeAll',
        createdAt: at(20),
        executorId: 'web-1',
        did: [
          { step: 'split', output: 6 },
          { event: 'progress', value: 50 },
          ...children.map(({ workflowId }) => ({ child: workflowId, name: 'resizeOne' })),
          { stream: 'log', value: 'between steps ' },
          { stream: 'log', value: 'a workflow is deterministic' },
        ],
        unread: [{ topic: 'hurry', message: { by: 'ada' }, sentAt: at(25) }],
      },
      ...children,
      refund(2, 'Refund 74 € to customer-2@example.com?'),
      refund(6, '返金しますか。山田太郎@例え.jp 👩‍👩‍👧'),
      refund(7, 'Refund \x1b[2J\x1b[31m5\x1b[0m €?\u202e'),
      { workflowId: 'ord-1', name: 'checkout', createdAt: at(22), executorId: 'web-2', version: '1.4.2' },
      {
        workflowId: 'oldver-1',
        name: 'checkout',
        createdAt: at(23),
        status: 'ENQUEUED',
        queue: 'jobs',
        version: '1.3.0',
        executorId: null,
        application: 'shop',
      },
      {
        workflowId: 'label-3',
        name: 'flaky',
        createdAt: at(19),
        status: 'ERROR',
        completedAt: at(20),
        error: { name: 'Error', message: 'ECONNRESET from https://api.carrier.example/v2/shipments' },
      },
      {
        workflowId: 'evil\x1b[2J\nid',
        name: '名前\x07name',
        createdAt: at(18),
        status: 'SUCCESS',
        completedAt: at(19),
        output: 'x',
      },
      {
        workflowId: 'a1b2c3d4-0000-4000-8000-000000000001',
        name: 'nightly',
        createdAt: at(17),
        status: 'SUCCESS',
        completedAt: at(18),
        output: { rows: 12 },
      },
      ...more,
    ],
    {
      queues: ['jobs', 'mails'],
      executors: [
        { executorId: 'web-1', application: 'shop', version: '1.4.2', since: at(0), heardAt: at(30) },
      ],
      gone: ['web-2'],
      now: () => now,
    },
  )
}

/** What `watch` would see up to now. */
export async function changesOf(store: FakeStore, workflowId: string): Promise<readonly Change[]> {
  const stop = new AbortController()
  const changes: Change[] = []
  const following = (async () => {
    for await (const change of store.follow([workflowId], { signal: stop.signal, children: true }))
      changes.push(change)
  })()
  await waitUntil('all is seen', () => store.isFollowed)
  stop.abort()
  await following
  return changes
}
