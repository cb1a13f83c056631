import { expect, test } from 'vitest'
import { createStyle } from '../../../src/render/style.ts'
import { changeLine, heartbeatLine } from '../../../src/render/watch/change-line.ts'
import { initialWatchModel, update } from '../../../src/render/watch/watch-view.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import {
  afterStart,
  createRecording,
  recordRun,
  runId,
  stepOf,
  waitOf,
  workflowOf,
} from '../../support/recorded-run.ts'

const style = createStyle(0)

function log(record: (recording: ReturnType<typeof createRecording>) => void, showId = false): string {
  const recording = createRecording()
  record(recording)
  return recording.changes.flatMap((change) => changeLine(change, { style, showId }) ?? []).join('\n')
}

test('each change has a line, from the queue to the result', () => {
  const lines = log(({ record }) => {
    record({
      type: 'status',
      workflow: workflowOf({ status: 'ENQUEUED', queue: 'nightly', executorId: null }),
    })
    record({ type: 'status', workflow: workflowOf({ recoveryAttempts: 2 }) })
    record({ type: 'event', key: 'progress', value: 50 })
    record({ type: 'step', step: stepOf(3, 'fibonacciStep') })
    record({ type: 'step', step: stepOf(4, 'chargeCard', { name: 'CardError', message: 'declined' }) })
    record({ type: 'stream', key: 'log', offset: 0, value: { type: 'start' } })
    record({ type: 'stream-closed', key: 'log' })
    record({ type: 'child', childId: 'a1-0', name: 'publish' })
    record({ type: 'waits', waits: [waitOf({ workflowId: 'a1' })] })
    const message = {
      workflowId: runId,
      topic: 'approval',
      message: { approved: true },
      sentAt: afterStart(0),
    }
    record({ type: 'message', message: { ...message, readByStep: null, read: false } })
    record({ type: 'message', message: { ...message, readByStep: 5, read: true } })
    record({
      type: 'status',
      workflow: workflowOf({ status: 'SUCCESS', completedAt: afterStart(1300), output: [1] }),
    })
  })
  expect(lines).toMatchInlineSnapshot(`
    "03:04:05.000Z ○ ENQUEUED eventsWorkflow on queue nightly
    03:04:05.100Z ● PENDING eventsWorkflow on drover-1a2b3c4d (recovered 1×)
    03:04:05.200Z event progress = 50
    03:04:05.300Z step 3 fibonacciStep 251ms
    03:04:05.400Z ✗ step 4 chargeCard 251ms: CardError: declined
    03:04:05.500Z stream log 0: {type: "start"}
    03:04:05.600Z stream log closed
    03:04:05.700Z started child publish a1-0
    03:04:05.800Z waits Release 3 packages to production? (1m 01s left): drover approve a1#42
    03:04:05.900Z message on topic approval: {approved: true}
    03:04:06.000Z message on topic approval read by step 5
    03:04:06.100Z ✓ eventsWorkflow ended SUCCESS after 1.3s: [1]"
  `)
})

test('what another line tells already has none', () => {
  const lines = log(({ record }) => {
    record({ type: 'step', step: stepOf(1, 'DBOS.setEvent') })
    record({ type: 'step', step: { ...stepOf(2, 'publish'), childId: 'a1-2' } })
    record({ type: 'event', key: 'awaiting:approval', value: { prompt: 'Release?' } })
    record({ type: 'waits', waits: [] })
  })
  expect(lines).toBe('')
})

test('the id stands in the line where several workflows share the log', () => {
  const lines = log(({ record }) => record({ type: 'event', key: 'a', value: 1 }, 'order-7'), true)
  expect(lines).toBe('03:04:05.000Z order-7 event a = 1')
})

test('a line is one line, whatever the texts are', () => {
  for (const text of hostileTexts) {
    for (const change of recordRun({ text, value: { [text]: text } })) {
      expect(changeLine(change, { style, showId: true }) ?? '').not.toMatch(/[\p{Cc}\u202e\u200b]/u)
    }
  }
})

test('a heartbeat tells what goes on, how far it is and what it waits for', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf() })
  record({ type: 'event', key: 'progress', value: 52 })
  record({ type: 'waits', waits: [waitOf()] })
  for (const workflowId of ['a', 'b', 'c'])
    record({ type: 'status', workflow: workflowOf({ workflowId }) }, workflowId)
  const model = changes.reduce(
    (folded, change) => update(folded, { type: 'change', change }),
    initialWatchModel([runId, 'a', 'b', 'c']),
  )
  expect(heartbeatLine(model, { style, now: afterStart(125_000) })).toMatchInlineSnapshot(
    `"03:06:10.000Z still active: 018f3a9c PENDING 2m 05s 52% waits for an answer; a PENDING 2m 05s; b PENDING 2m 05s and 1 more"`,
  )
})
