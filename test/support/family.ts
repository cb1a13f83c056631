import type { FakeWorkflow } from './fake-workflow.ts'

/** One for all files that share a process: what is equally old in two of them is so to the millisecond. */
const now = Math.floor(Date.now() / 1000) * 1000

/** To the second. */
export const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000)

/** A parent, a child that has ended, and one that waits on a queue. */
export const family: readonly FakeWorkflow[] = [
  {
    workflowId: 'parent',
    name: 'parentWorkflow',
    createdAt: minutesAgo(3),
    did: [
      { child: 'child-1', name: 'childWorkflow' },
      { child: 'child-2', name: 'childWorkflow' },
    ],
  },
  {
    workflowId: 'child-1',
    name: 'childWorkflow',
    parentId: 'parent',
    status: 'SUCCESS',
    createdAt: minutesAgo(2.5),
    did: [{ step: 'work', output: 7 }],
  },
  {
    workflowId: 'child-2',
    name: 'childWorkflow',
    parentId: 'parent',
    status: 'ENQUEUED',
    queue: 'drover',
    createdAt: minutesAgo(2.4),
  },
]
