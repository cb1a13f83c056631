import { createFakeStore, type FakeStore } from './fake-store.ts'
import type { FakeWorkflow } from './fake-workflow.ts'

/** One workflow in each state that a command can meet. */
export const exampleWorkflows: readonly FakeWorkflow[] = [
  {
    workflowId: 'done',
    name: 'orderWorkflow',
    status: 'SUCCESS',
    input: [1, 'x'],
    output: { total: 3 },
    did: [
      { step: 'charge', output: 1 },
      { event: 'progress', value: 100 },
      { stream: 'log', value: 'hello' },
      { stream: 'log', value: { line: 2 } },
      { closeStream: 'log' },
    ],
  },
  {
    workflowId: 'asking',
    name: 'orderWorkflow',
    did: [
      { event: 'awaiting:legal', value: { prompt: 'Ship it?' } },
      { recv: 'legal', timeoutSeconds: 120 },
    ],
  },
  {
    workflowId: 'answered',
    name: 'orderWorkflow',
    did: [
      { event: 'awaiting:legal', value: { prompt: 'Ship it?' } },
      { recv: 'legal', message: { approved: true, by: 'bob', comment: null } },
      { step: 'ship' },
    ],
  },
  { workflowId: 'running', name: 'orderWorkflow', did: [{ step: 'charge', output: 1 }] },
  {
    workflowId: 'failed',
    name: 'orderWorkflow',
    status: 'ERROR',
    error: { name: 'TypeError', message: 'x is not a function' },
  },
  { workflowId: 'cancelled', name: 'orderWorkflow', status: 'CANCELLED' },
  { workflowId: 'dead', name: 'orderWorkflow', status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' },
  { workflowId: 'queued', name: 'orderWorkflow', status: 'ENQUEUED', queue: 'slow' },
]

export function createExampleStore(): FakeStore {
  return createFakeStore(exampleWorkflows, {
    queues: ['mails'],
    versions: [{ version: 'v1', application: 'example', registeredAt: new Date(0), isLatest: true }],
    schedules: [
      {
        name: 'nightly',
        workflow: 'orderWorkflow',
        cron: '0 0 3 * * *',
        timezone: null,
        status: 'ACTIVE',
        application: 'example',
        queue: null,
        lastFiredAt: null,
        nextAt: [],
      },
    ],
  })
}
