import { expect, test } from 'vitest'
import { workflowStatuses } from '../../src/core/workflow.ts'
import { eventColumns } from '../../src/render/columns/event-columns.ts'
import { messageColumns } from '../../src/render/columns/message-columns.ts'
import { stepColumns } from '../../src/render/columns/step-columns.ts'
import { workflowColumns } from '../../src/render/columns/workflow-columns.ts'
import { renderError } from '../../src/render/error.ts'
import { outcomeSentence } from '../../src/render/outcome.ts'
import { streamValueLine } from '../../src/render/stream/stream-value-line.ts'
import { createStyle, statusLabel } from '../../src/render/style.ts'
import { renderTable, renderTsv } from '../../src/render/table.ts'
import { displayWidth } from '../../src/render/text.ts'
import { progressBar, readProgress } from '../../src/render/watch/progress.ts'
import { afterStart, runId, stepOf, workflowOf } from '../support/recorded-run.ts'

const style = createStyle(0)
const now = afterStart(60_000)

test('an outcome is one sentence', () => {
  const ended = { completedAt: afterStart(1300) }
  const error = { name: 'TypeError', message: 'x is not\na function' }
  const sentences = [
    workflowOf({ ...ended, status: 'SUCCESS', output: { total: 5 } }),
    workflowOf({ ...ended, status: 'SUCCESS', output: null }),
    workflowOf({ ...ended, status: 'ERROR', error }),
    workflowOf({ ...ended, status: 'CANCELLED' }),
    workflowOf({ status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' }),
    workflowOf(),
  ].map((workflow) => outcomeSentence(workflow, now))
  expect(sentences.join('\n')).toMatchInlineSnapshot(`
    "eventsWorkflow ended SUCCESS after 1.3s: {total: 5}
    eventsWorkflow ended SUCCESS after 1.3s: null
    eventsWorkflow ended ERROR after 1.3s: TypeError: x is not↵a function
    eventsWorkflow ended CANCELLED after 1.3s
    eventsWorkflow ended MAX_RECOVERY_ATTEMPTS_EXCEEDED
    eventsWorkflow is PENDING for 1m 00s"
  `)
})

test('a large result does not make a large sentence', () => {
  const sentence = outcomeSentence(workflowOf({ status: 'SUCCESS', output: 'x'.repeat(1_000_000) }))
  expect(displayWidth(sentence)).toBe(400)
})

test('an error is one sentence and one hint', () => {
  expect(renderError({ message: 'There is no workflow "a\x1b[2J".' }, 'drover list', style)).toEqual([
    'error: There is no workflow "a␛[2J".',
    'hint: drover list',
  ])
  expect(renderError({ message: 'Something broke.' }, undefined, createStyle(1))).toEqual([
    '\x1b[31merror:\x1b[39m Something broke.',
  ])
})

test('what somebody else said stays text in an error, and a name hides nothing', () => {
  const quotes = '葛\u{e0100}城さん ❤\ufe0f'
  expect(renderError({ message: `a❤\ufe0f failed: ${quotes}.`, quotes }, undefined, style)).toEqual([
    `error: a❤<U+FE0F> failed: ${quotes}.`,
  ])
})

test('each status has a symbol and its word, with and without colour', () => {
  expect(workflowStatuses.map((status) => statusLabel(status, style)).join('\n')).toMatchInlineSnapshot(`
    "◌ DELAYED
    ○ ENQUEUED
    ● PENDING
    ✓ SUCCESS
    ✗ ERROR
    ⊘ CANCELLED
    ✗ MAX_RECOVERY_ATTEMPTS_EXCEEDED"
  `)
  expect(statusLabel('SUCCESS', createStyle(1))).toBe('\x1b[32m✓ SUCCESS\x1b[39m')
})

test.each([
  ['progress', 52, 0.52],
  ['upload.progress', 100, 1],
  ['progress', 101, undefined],
  ['progress', -1, undefined],
  ['progress', 'half', undefined],
  ['temperature', 52, undefined],
  ['download', { done: 5, total: 20 }, 0.25],
  ['download', { done: 5, total: 0 }, undefined],
  ['state', { progress: 30, note: 'x' }, 0.3],
  ['state', { done: true, total: 3 }, undefined],
  ['state', null, undefined],
  ['progress', [52], undefined],
])('the event %s with %j is progress of %s', (key, value, fraction) => {
  expect(readProgress(key, value)).toBe(fraction)
})

test('a bar has the width it was given, and is full only at the end', () => {
  expect(
    [0, 0.5, 0.999, 1].map((fraction) => progressBar(fraction, 16, style)).join('\n'),
  ).toMatchInlineSnapshot(`
    "───────────   0%
    ━━━━━──────  50%
    ━━━━━━━━━━─  99%
    ━━━━━━━━━━━ 100%"
  `)
  for (let width = 5; width < 60; width += 1) expect(displayWidth(progressBar(0.5, width, style))).toBe(width)
})

test('a stream value is its value alone on a pipe', () => {
  const value = { workflowId: runId, key: 'log', offset: 3, value: { message: 'a\tb' } }
  const options = { style, withKey: false, isTerminal: false }
  expect(streamValueLine(value, options)).toBe('{"message":"a\\tb"}')
  expect(streamValueLine({ ...value, value: 'a\tb' }, options)).toBe('a␉b')
  expect(streamValueLine(value, { ...options, withKey: true })).toBe('log\t{"message":"a\\tb"}')
  expect(streamValueLine(value, { ...options, isTerminal: true })).toBe('   3  {message: "a\\tb"}')
})

const workflows = [
  workflowOf({ completedAt: afterStart(1300), status: 'SUCCESS' }),
  workflowOf({ workflowId: 'order-7', status: 'ENQUEUED', queue: 'nightly', executorId: null }),
]

test('the list of workflows keeps whole ids for as long as it can', () => {
  const draw = (width: number) => renderTable(workflowColumns, workflows, { style, width, now }).join('\n')
  expect(draw(40)).toMatchInlineSnapshot(`
    "ID        NAME       STATUS      CREATED
    018f3a9c  eventsWo…  ✓ SUCCESS    1m ago
    order-7   eventsWo…  ○ ENQUEUED   1m ago"
  `)
  expect(draw(80)).toMatchInlineSnapshot(`
    "ID                                    NAME            STATUS      CREATED  TOOK
    018f3a9c-1111-4222-8333-0123456789ab  eventsWorkflow  ✓ SUCCESS    1m ago  1.3s
    order-7                               eventsWorkflow  ○ ENQUEUED   1m ago"
  `)
  expect(draw(120)).toMatchInlineSnapshot(`
    "ID                                    NAME            STATUS      CREATED  TOOK  QUEUE    EXECUTOR         APPLICATION
    018f3a9c-1111-4222-8333-0123456789ab  eventsWorkflow  ✓ SUCCESS    1m ago  1.3s           drover-1a2b3c4d  drover-demo
    order-7                               eventsWorkflow  ○ ENQUEUED   1m ago        nightly                   drover-demo"
  `)
})

test('the list of workflows on a pipe has an id first and exact times', () => {
  expect(renderTsv(workflowColumns, workflows)[1]).toBe(
    'order-7\teventsWorkflow\tENQUEUED\t2026-01-02T03:04:05.000Z\t\tnightly\t\tdrover-demo\tv1',
  )
})

test('steps, events and messages are tables', () => {
  const error = { name: 'CardError', message: 'declined' }
  const steps = [
    { ...stepOf(0, 'fibonacciStep'), output: 5 },
    stepOf(1, 'DBOS.sleep'),
    stepOf(2, 'chargeCard', error),
  ]
  const events = [{ workflowId: runId, key: 'progress', value: 50, at: afterStart(0) }]
  const message = { workflowId: runId, topic: 'approval', message: { approved: true }, sentAt: afterStart(0) }
  const messages = [
    { ...message, readByStep: 3, read: true },
    { ...message, topic: null, readByStep: null, read: false },
  ]
  const options = { style, width: 80, now }
  const tables = [
    ...renderTable(stepColumns, steps, options),
    ...renderTable(eventColumns, events, options),
    ...renderTable(messageColumns, messages, options),
  ]
  expect(tables.join('\n')).toMatchInlineSnapshot(`
    "STEP  NAME           STARTED         TOOK  RESULT
       0  fibonacciStep  03:04:05.000Z  251ms  5
       1  DBOS.sleep     03:04:05.100Z  251ms
       2  chargeCard     03:04:05.200Z  251ms  ✗ CardError: declined
    EVENT     VALUE  PUBLISHED
    progress  50        1m ago
    TOPIC     MESSAGE             SENT  READ
    approval  {approved: true}  1m ago  by step 3
              {approved: true}  1m ago  unread"
  `)
})
