import type { Change } from '../../src/core/change.ts'
import type { JsonValue, Step, Wait, Workflow, WorkflowError } from '../../src/core/workflow.ts'

export const runId = '018f3a9c-1111-4222-8333-0123456789ab'
const runStart = new Date('2026-01-02T03:04:05.000Z')
export const afterStart = (ms: number) => new Date(runStart.getTime() + ms)

type Content = Change extends infer Each
  ? Each extends Change
    ? Omit<Each, 'cursor' | 'at' | 'workflowId'>
    : never
  : never

export interface Recording {
  readonly changes: Change[]
  /** Appends a change, 100 ms after the last one. */
  record(content: Content, workflowId?: string): void
}

export function createRecording(): Recording {
  const changes: Change[] = []
  return {
    changes,
    record: (content, workflowId = runId) => {
      const base = { cursor: String(changes.length), workflowId, at: afterStart(changes.length * 100) }
      changes.push({ ...content, ...base } as Change)
    },
  }
}

export function workflowOf(given: Partial<Workflow> = {}): Workflow {
  return {
    workflowId: runId,
    name: 'eventsWorkflow',
    className: null,
    configName: null,
    status: 'PENDING',
    queue: null,
    application: 'drover-demo',
    version: 'v1',
    executorId: `drover-${runId.replace('018f3a9c', '1a2b3c4d')}`,
    createdAt: runStart,
    startedAt: runStart,
    completedAt: null,
    recoveryAttempts: 1,
    input: [5, 250],
    output: null,
    error: null,
    ...given,
  }
}

export function stepOf(step: number, name: string, error: WorkflowError | null = null): Step {
  const startedAt = afterStart(step * 100)
  const completedAt = afterStart(step * 100 + 251)
  return { step, name, startedAt, completedAt, output: null, error, childId: null }
}

export function waitOf(given: Partial<Wait> = {}): Wait {
  return {
    workflowId: runId,
    step: 42,
    topic: 'approval',
    prompt: 'Release 3 packages to production?',
    since: afterStart(2000),
    until: afterStart(62_000),
    isOverdue: false,
    unreadTopics: [],
    state: 'waiting',
    asked: true,
    request: null,
    ...given,
  }
}

interface RunTexts {
  /** Stands wherever a user's text may stand. */
  readonly text: string
  readonly value: JsonValue
}

/** Everything that can happen to a workflow, once; each text that comes from outside is `text`. */
export function recordRun({ text, value }: RunTexts): readonly Change[] {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ name: text, executorId: text }) })
  for (let step = 0; step < 12; step += 1) {
    record({ type: 'event', key: 'progress', value: step * 8 })
    record({ type: 'event', key: text, value })
    record({ type: 'step', step: stepOf(step * 3, text) })
    record({ type: 'stream', key: text, offset: step, value })
  }
  record({ type: 'step', step: stepOf(60, text, { name: text, message: text }) })
  for (let child = 0; child < 5; child += 1) {
    const childId = `${runId}-${child}`
    const status = (['SUCCESS', 'ERROR', 'ENQUEUED', 'PENDING', 'DELAYED'] as const)[child]
    const workflow = workflowOf({ workflowId: childId, name: text, status, queue: text })
    record({ type: 'child', childId, name: text })
    record({ type: 'status', workflow }, childId)
  }
  const grandchildId = `${runId}-3-0`
  record({ type: 'child', childId: grandchildId, name: text }, `${runId}-3`)
  record({ type: 'waits', waits: [waitOf({ workflowId: grandchildId, prompt: text })] }, grandchildId)
  const inferred = waitOf({ step: 43, topic: text, prompt: null, asked: false, until: null })
  record({ type: 'waits', waits: [waitOf({ prompt: text }), inferred] })
  const message = { workflowId: runId, topic: text, message: value, sentAt: afterStart(3000) }
  record({ type: 'message', message: { ...message, readByStep: null, read: false } })
  record({ type: 'message', message: { ...message, readByStep: 42, read: true } })
  record({ type: 'waits', waits: [waitOf({ prompt: text, state: 'answered' })] })
  record({ type: 'waits', waits: [] })
  record({ type: 'stream-closed', key: text })
  const error = { name: text, message: text }
  record({
    type: 'status',
    workflow: workflowOf({ name: text, status: 'ERROR', completedAt: afterStart(12_345), error }),
  })
  record({
    type: 'status',
    workflow: workflowOf({ name: text, status: 'SUCCESS', completedAt: afterStart(12_345), output: value }),
  })
  return changes
}
