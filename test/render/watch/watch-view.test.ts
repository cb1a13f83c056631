import { expect, test } from 'vitest'
import type { Change } from '../../../src/core/change.ts'
import { createStyle } from '../../../src/render/style.ts'
import { displayWidth } from '../../../src/render/text.ts'
import { initialWatchModel, update, view, type WatchModel } from '../../../src/render/watch/watch-view.ts'
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
const now = afterStart(9000)

function fold(changes: readonly Change[], ids: readonly string[] = [runId]): WatchModel {
  return changes.reduce((model, change) => update(model, { type: 'change', change }), initialWatchModel(ids))
}

function draw(model: WatchModel, width = 80, height = 23): string {
  return view(model, { style, width, height, now }).join('\n')
}

/** Fourteen of twenty steps, with everything that a workflow can do beside them. */
function busyRun(): Change[] {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf() })
  for (let step = 1; step <= 14; step += 1) {
    record({ type: 'event', key: 'progress', value: step * 5 })
    record({ type: 'step', step: stepOf(step * 3 - 1, 'DBOS.setEvent') })
    record({ type: 'event', key: 'status', value: `processing_step_${step}` })
    record({ type: 'step', step: stepOf(step * 3, 'fibonacciStep') })
    record({ type: 'stream', key: 'log', offset: step - 1, value: { type: 'progress', step, total: 20 } })
  }
  record({ type: 'step', step: stepOf(60, 'chargeCard', { name: 'CardError', message: 'declined' }) })
  for (const [index, status] of (['SUCCESS', 'ERROR', 'PENDING'] as const).entries()) {
    const childId = `${runId}-${index}`
    const completedAt = status === 'PENDING' ? null : afterStart(400)
    record({ type: 'child', childId, name: 'publish' })
    record(
      { type: 'status', workflow: workflowOf({ workflowId: childId, name: 'publish', status, completedAt }) },
      childId,
    )
  }
  record({ type: 'child', childId: `${runId}-2-0`, name: 'upload' }, `${runId}-2`)
  const message = {
    workflowId: runId,
    topic: 'other',
    message: { approved: true },
    readByStep: null,
    read: false,
  }
  record({ type: 'message', message: { ...message, sentAt: afterStart(3000) } })
  record({ type: 'event', key: 'awaiting:approval', value: { prompt: 'Release 3 packages to production?' } })
  record({ type: 'waits', waits: [waitOf()] })
  return changes
}

const ended: Change = {
  cursor: 'end',
  type: 'status',
  workflowId: runId,
  at: afterStart(12_345),
  workflow: workflowOf({
    status: 'SUCCESS',
    completedAt: afterStart(12_345),
    output: { total_steps: 20, total: 1234 },
  }),
}

test('a busy workflow fills a usual screen', () => {
  expect(draw(fold(busyRun()))).toMatchInlineSnapshot(`
    "● PENDING   eventsWorkflow  018f3a9c                         drover-1a2b3c4d  9s
      progress  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━────────────────  70%      2s ago
      waits     Release 3 packages to production?  for 7s, 53s left
                drover approve 018f3a9c-1111-4222-8333-0123456789ab#42
      events    status  processing_step_14                                    2s ago
      steps     … 9 earlier steps
                ✓ 30 fibonacciStep   251ms
                ✓ 33 fibonacciStep   251ms
                ✓ 36 fibonacciStep   251ms
                ✓ 39 fibonacciStep   251ms
                ✓ 42 fibonacciStep   251ms
                ✗ 60 chargeCard      251ms  CardError: declined
      stream    log  14 values
                 9  {type: "progress", step: 10, total: 20}
                10  {type: "progress", step: 11, total: 20}
                11  {type: "progress", step: 12, total: 20}
                12  {type: "progress", step: 13, total: 20}
                13  {type: "progress", step: 14, total: 20}
      children  ├─ ✓ SUCCESS   publish  …-0                                    400ms
                ├─ ✗ ERROR     publish  …-1                                    400ms
                └─ ● PENDING   publish  …-2                                       9s
                   └─ · started   upload  …-0
      unread    other, 6s ago: {approved: true}"
  `)
})

test('a small screen keeps status, progress and the command that answers', () => {
  expect(draw(fold(busyRun()), 40, 14)).toMatchInlineSnapshot(`
    "● PENDING   eventsWorkflow  018f3a9c  9s
    progress ━━━━━━━━━━━──────  70%   2s ago
    waits    Release 3 packages to producti…
             for 7s, 53s left
    drover approve \\
    018f3a9c-1111-4222-8333-0123456789ab#42
    events   status  processing_ste…  2s ago
    steps    … 14 earlier steps
             ✗ 60 chargeCard      251ms
    stream   log  14 values
             13  {type: "progress", step: 1…
    children … 1 SUCCESS, 1 ERROR, 1 PENDING
             └─ · started   upload  …-0
    unread   other, 6s ago: {approved: true}"
  `)
})

test('at the end one sentence holds the result, and nothing grows old', () => {
  expect(draw(fold([...busyRun(), ended]), 120, Number.POSITIVE_INFINITY)).toMatchInlineSnapshot(`
    "✓ SUCCESS   eventsWorkflow  018f3a9c-1111-4222-8333-0123456789ab                               12.3s
      progress  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━────────────────  70%
      events    status  processing_step_14
      steps     … 8 earlier steps
                ✓ 27 fibonacciStep   251ms
                ✓ 30 fibonacciStep   251ms
                ✓ 33 fibonacciStep   251ms
                ✓ 36 fibonacciStep   251ms
                ✓ 39 fibonacciStep   251ms
                ✓ 42 fibonacciStep   251ms
                ✗ 60 chargeCard      251ms  CardError: declined
      stream    log  14 values
                 9  {type: "progress", step: 10, total: 20}
                10  {type: "progress", step: 11, total: 20}
                11  {type: "progress", step: 12, total: 20}
                12  {type: "progress", step: 13, total: 20}
                13  {type: "progress", step: 14, total: 20}
      children  ├─ ✓ SUCCESS   publish  …-0                                                        400ms
                ├─ ✗ ERROR     publish  …-1                                                        400ms
                └─ ● PENDING   publish  …-2                                                           9s
                   └─ · started   upload  …-0
      unread    other: {approved: true}
    ✓ eventsWorkflow ended SUCCESS after 12.3s: {total_steps: 20, total: 1234}"
  `)
})

test('a failure ends with its error', () => {
  const error = { name: 'TypeError', message: 'x is not a function\nat all' }
  const failed = workflowOf({ status: 'ERROR', completedAt: afterStart(1300), error })
  expect(draw(fold([{ ...ended, workflow: failed } as Change]))).toMatchInlineSnapshot(`
    "✗ ERROR     eventsWorkflow  018f3a9c-1111-4222-8333-0123456789ab            1.3s
    ✗ eventsWorkflow ended ERROR after 1.3s: TypeError: x is not a function↵at all"
  `)
})

test('a workflow on a queue says on which, and a recovered one says how often', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ status: 'ENQUEUED', queue: 'nightly', executorId: null }) })
  expect(draw(fold(changes))).toMatchInlineSnapshot(
    `"○ ENQUEUED  eventsWorkflow  018f3a9c                           queue nightly  9s"`,
  )
  record({ type: 'status', workflow: workflowOf({ recoveryAttempts: 3, workflowId: 'a1' }) })
  expect(draw(fold(changes))).toMatchInlineSnapshot(
    `
    "● PENDING   eventsWorkflow  018f3a9c           recovered 2×  drover-1a2b3c4d  9s
      steps     ▸ step 0 runs  9s"
  `,
  )
})

test('a wait that nothing asked shows how to send', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf() })
  record({ type: 'waits', waits: [waitOf({ asked: false, prompt: null, topic: 'legal team' })] })
  expect(draw(fold(changes))).toMatchInlineSnapshot(`
    "● PENDING   eventsWorkflow  018f3a9c                         drover-1a2b3c4d  9s
      waits     for a message on topic legal team  for 7s, 53s left
      drover send 018f3a9c-1111-4222-8333-0123456789ab MESSAGE --topic 'legal team'"
  `)
})

test('an answered wait says so, and an unknown topic is not invented', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ workflowId: 'a1' }) })
  record({
    type: 'waits',
    waits: [
      waitOf({ workflowId: 'a1', state: 'answered', until: afterStart(8000) }),
      waitOf({ workflowId: 'a1', asked: false, prompt: null, topic: undefined }),
    ],
  })
  expect(draw(fold(changes))).toMatchInlineSnapshot(`
    "● PENDING   eventsWorkflow  018f3a9c                         drover-1a2b3c4d  9s
      waits     Release 3 packages to production?  for 7s, overdue by 1s
                answered, not read yet
      waits     for a message on a topic that is not known  for 7s, 53s left
                drover send a1 MESSAGE --topic TOPIC"
  `)
})

test('what a grandchild waits for is shown at the top', () => {
  const changes = recordRun({ text: 'publish', value: 1 }).filter(({ type }) => type !== 'message')
  const first = changes.findIndex(({ type, workflowId }) => type === 'waits' && workflowId === runId)
  expect(draw(fold(changes.slice(0, first)))).toContain(`drover approve ${runId}-3-0#42`)
})

test('several workflows share the screen, and those that do not fit are counted', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `job-${index}`)
  const { changes, record } = createRecording()
  for (const [index, workflowId] of ids.entries()) {
    const status = index < 25 ? 'SUCCESS' : 'PENDING'
    record(
      { type: 'status', workflow: workflowOf({ workflowId, status, completedAt: afterStart(1000) }) },
      workflowId,
    )
  }
  const lines = draw(fold(changes, ids), 80, 10).split('\n')
  expect(lines).toHaveLength(10)
  expect(lines.filter((line) => line.includes('● PENDING'))).toHaveLength(5)
  expect(lines.at(-1)).toBe('… 21 more, all ended')
})

test('what has ended leaves its lines to what goes on', () => {
  const { changes, record } = createRecording()
  for (const workflowId of ['a', 'b']) {
    record({ type: 'status', workflow: workflowOf({ workflowId }) }, workflowId)
    record({ type: 'step', step: stepOf(1, `step of ${workflowId}`) }, workflowId)
  }
  const done = workflowOf({ workflowId: 'a', status: 'SUCCESS', completedAt: afterStart(900), output: 1 })
  record({ type: 'status', workflow: done }, 'a')
  expect(draw(fold(changes, ['a', 'b']))).toMatchInlineSnapshot(`
    "✓ SUCCESS   eventsWorkflow  a                                              900ms
    ✓ eventsWorkflow ended SUCCESS after 900ms: 1

    ● PENDING   eventsWorkflow  b                                drover-1a2b3c4d  9s
      steps     ✓ 1 step of b   251ms
                ▸ step 2 runs  8s"
  `)
  record({ type: 'status', workflow: { ...done, workflowId: 'b' } }, 'b')
  expect(draw(fold(changes, ['a', 'b']))).toContain('step of a')
})

test('a notice stands below for as long as something goes on', () => {
  const lost = update(fold(busyRun()), { type: 'notice', text: 'The connection was lost.' })
  expect(draw(lost).split('\n').at(-1)).toBe('! The connection was lost.')
  expect(draw(update(lost, { type: 'change', change: ended }))).not.toContain('connection')
})

test('an id that is not read yet has a line all the same', () => {
  expect(draw(initialWatchModel(['a1']))).toBe('· workflow  a1  …')
})

test('a screen without room for them cuts the names of children, not what tells them apart', () => {
  const { changes, record } = createRecording()
  const status = { type: 'status' as const, workflow: workflowOf({ name: 'publishToRegistry' }) }
  for (let child = 8; child < 12; child += 1) {
    record({ type: 'child', childId: `${runId}-${child}`, name: 'publishToRegistry' })
    record(status, `${runId}-${child}`)
  }
  expect(draw(fold(changes), 40)).toMatchInlineSnapshot(`
    "· workflow  018f3a9c-1111-4222-8333-012…
    children ├─ ● PENDING   publis…  …-8  9s
             ├─ ● PENDING   publis…  …-9  9s
             ├─ ● PENDING   publi…  …-10  9s
             └─ ● PENDING   publi…  …-11  9s"
  `)
})

test('the timer of a wait is no step', () => {
  const { changes, record } = createRecording()
  const timer = { ...stepOf(2, 'DBOS.sleep'), completedAt: stepOf(2, '').startedAt }
  record({ type: 'step', step: timer })
  record({ type: 'step', step: stepOf(3, 'DBOS.sleep') })
  expect(draw(fold(changes)).match(/DBOS.sleep/g)).toHaveLength(1)
})

test('a sleep has no duration before it is over', () => {
  const { changes, record } = createRecording()
  const sleep = { ...stepOf(3, 'DBOS.sleep'), completedAt: null, output: now.getTime() + 60_000 }
  record({ type: 'step', step: sleep })
  const drawAt = (at: Date) => view(fold(changes), { style, width: 80, height: 23, now: at }).join('\n')
  expect(drawAt(now)).toMatch(/… 3 DBOS.sleep *$/m)
  expect(drawAt(new Date(now.getTime() + 61_000))).toMatch(/✓ 3 DBOS.sleep +1m/)
})

test('a step that is told twice stands once', () => {
  const { changes, record } = createRecording()
  record({ type: 'step', step: stepOf(3, 'once') })
  record({ type: 'step', step: stepOf(3, 'once') })
  expect(draw(fold(changes)).match(/once/g)).toHaveLength(1)
})

test('a stream goes on from an offset that was the closing mark before', () => {
  const { changes, record } = createRecording()
  record({ type: 'stream', key: 'log', offset: 0, value: 'first' })
  record({ type: 'stream', key: 'log', offset: 1, value: 'old' })
  record({ type: 'stream', key: 'log', offset: 1, value: 'new' })
  const screen = draw(fold(changes))
  expect(screen).toContain('2 values')
  expect(screen).not.toContain('old')
})

test('only the tails are kept, however much happens', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf() })
  for (let index = 0; index < 700; index += 1) {
    const childId = `child-${index}`
    record({ type: 'step', step: stepOf(index, 'step') })
    record({ type: 'stream', key: 'log', offset: index, value: 'x'.repeat(5000) })
    record({ type: 'event', key: `key-${index}`, value: 'x'.repeat(5000) })
    record({ type: 'child', childId, name: 'child' })
    record({ type: 'status', workflow: workflowOf({ workflowId: childId, status: 'SUCCESS' }) }, childId)
  }
  const model = fold(changes)
  expect(JSON.stringify([...model.workflows], toPlain).length).toBeLessThan(500_000)
  const screen = draw(model)
  expect(screen).toContain('700 values')
  expect(screen).toMatch(/… 69\d earlier steps/)
  expect(screen).toContain('700 ✓')
})

function toPlain(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}

const sizes = [
  [40, 15],
  [80, 24],
  [120, 40],
  [20, 5],
] as const

test.each(sizes)('no frame outgrows %i×%i or moves the cursor, whatever the texts are', (width, height) => {
  const painted = createStyle(1)
  for (const text of [...hostileTexts, 'plain text']) {
    let model = initialWatchModel([runId])
    for (const change of recordRun({ text, value: { [text]: [text, 1, null] } })) {
      model = update(model, { type: 'change', change })
      const lines = view(model, { style: painted, width, height, now })
      expect(lines.length).toBeLessThanOrEqual(height)
      expect(lines.filter((line) => displayWidth(line) > width)).toEqual([])
      expect(lines.filter((line) => /[\p{Cc}\u202e\u200b]/u.test(withoutStyles(line)))).toEqual([])
    }
  }
})

function withoutStyles(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: only our own styles are allowed
  return line.replaceAll(/\x1b\[\d+m/g, '')
}
