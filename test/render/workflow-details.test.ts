import { expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { displayWidth } from '../../src/render/text.ts'
import { renderDetails } from '../../src/render/workflow-details.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { afterStart, runId, stepOf, waitOf, workflowOf } from '../support/recorded-run.ts'

const now = afterStart(60_000)
const nothing = { steps: [], events: [], streams: [], waits: [], children: [] }
const draw = (details: Parameters<typeof renderDetails>[0], width = 80) =>
  renderDetails(details, { style: createStyle(0), width, now }).join('\n')

test('a workflow that waits shows the command that answers', () => {
  const details = {
    workflow: workflowOf({ className: 'Publisher', configName: 'publisher1', queue: 'nightly' }),
    steps: [
      ...Array.from({ length: 14 }, (_, step) => stepOf(step, 'fibonacciStep')),
      stepOf(14, 'DBOS.setEvent'),
    ],
    events: [{ workflowId: runId, key: 'progress', value: 50, at: afterStart(100) }],
    streams: [{ key: 'log', count: 14, closed: true }],
    waits: [waitOf()],
    children: [
      workflowOf({
        workflowId: `${runId}-3`,
        name: 'publish',
        status: 'SUCCESS',
        completedAt: afterStart(400),
      }),
    ],
  }
  expect(draw(details)).toMatchInlineSnapshot(`
    "● PENDING  Publisher.eventsWorkflow of publisher1
    id           018f3a9c-1111-4222-8333-0123456789ab
    input        [5, 250]
    created      2026-01-02 03:04:05Z  1m ago
    started      2026-01-02 03:04:05Z  1m ago
    queue        nightly
    executor     drover-1a2b3c4d-1111-4222-8333-0123456789ab
    application  drover-demo
    version      v1

    waits
      Release 3 packages to production?  for 58s, 2s left
      drover approve 018f3a9c-1111-4222-8333-0123456789ab#42

    events
      EVENT     VALUE  PUBLISHED
      progress  50       59s ago

    steps
      … 4 earlier: drover steps 018f3a9c-1111-4222-8333-0123456789ab
      STEP  NAME           STARTED         TOOK  RESULT
         4  fibonacciStep  03:04:05.400Z  251ms
         5  fibonacciStep  03:04:05.500Z  251ms
         6  fibonacciStep  03:04:05.600Z  251ms
         7  fibonacciStep  03:04:05.700Z  251ms
         8  fibonacciStep  03:04:05.800Z  251ms
         9  fibonacciStep  03:04:05.900Z  251ms
        10  fibonacciStep  03:04:06.000Z  251ms
        11  fibonacciStep  03:04:06.100Z  251ms
        12  fibonacciStep  03:04:06.200Z  251ms
        13  fibonacciStep  03:04:06.300Z  251ms

    streams
      STREAM  VALUES  STATE
      log         14  closed

    children
      ID                                      NAME     STATUS     CREATED   TOOK
      018f3a9c-1111-4222-8333-0123456789ab-3  publish  ✓ SUCCESS   1m ago  400ms"
  `)
})

test('a failure shows its message and the first lines of its stack', () => {
  const stack = `TypeError: x is not a function\n${Array.from({ length: 9 }, (_, line) => `    at f${line} (/app/a.ts:${line})`).join('\n')}`
  const error = { name: 'TypeError', message: 'x is not a function', stack }
  const workflow = workflowOf({
    workflowId: 'a1',
    status: 'ERROR',
    completedAt: afterStart(1300),
    error,
    recoveryAttempts: 3,
  })
  expect(draw({ workflow, ...nothing })).toMatchInlineSnapshot(`
    "✗ ERROR  eventsWorkflow
    id           a1
    input        [5, 250]
    error        TypeError: x is not a function
                   at f0 (/app/a.ts:0)
                   at f1 (/app/a.ts:1)
                   at f2 (/app/a.ts:2)
                   at f3 (/app/a.ts:3)
                   … 5 more: drover get a1 -o json
    created      2026-01-02 03:04:05Z  1m ago
    started      2026-01-02 03:04:05Z  1m ago
    completed    2026-01-02 03:04:06Z  58s ago
    took         1.3s
    executor     drover-1a2b3c4d-1111-4222-8333-0123456789ab
    application  drover-demo
    version      v1
    recovered    2×"
  `)
})

test('a null result is shown, a result that is not there is not', () => {
  const ended = workflowOf({ status: 'SUCCESS', completedAt: afterStart(1300), output: null })
  expect(draw({ workflow: ended, ...nothing })).toMatch(/^result\s+null$/m)
  expect(draw({ workflow: workflowOf(), ...nothing })).not.toMatch(/^result/m)
})

test.each([40, 80, 120])(
  'nothing is wider than %i cells or moves the cursor, whatever the texts are',
  (width) => {
    for (const text of hostileTexts) {
      const error = { name: text, message: text, stack: `${text}\n    at ${text}` }
      const workflow = workflowOf({
        workflowId: text,
        name: text,
        status: 'ERROR',
        input: [text],
        error,
        queue: text,
      })
      const lines = draw(
        {
          workflow,
          steps: [stepOf(1, text, error)],
          events: [{ workflowId: text, key: text, value: { [text]: text }, at: now }],
          streams: [{ key: text, count: 1, closed: false }],
          waits: [waitOf({ prompt: text, topic: text })],
          children: [workflow],
        },
        width,
      ).split('\n')
      for (const line of lines) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(line).not.toMatch(/[\p{Cc}\u202e\u200b]/u)
      }
    }
  },
)
