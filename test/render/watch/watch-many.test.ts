import { expect, test } from 'vitest'
import type { Change } from '../../../src/core/change.ts'
import type { JsonValue, WorkflowStatus } from '../../../src/core/workflow.ts'
import { createStyle } from '../../../src/render/style.ts'
import { areJoined, pieceOf } from '../../../src/render/watch/joined-text.ts'
import { initialWatchModel, update, view, type WatchModel } from '../../../src/render/watch/watch-view.ts'
import { afterStart, createRecording, runId, stepOf, workflowOf } from '../../support/recorded-run.ts'

const style = createStyle(0)
const now = afterStart(72_000)
const fold = (changes: readonly Change[]): WatchModel =>
  changes.reduce((model, change) => update(model, { type: 'change', change }), initialWatchModel([runId]))
const draw = (model: WatchModel, width = 80, height = 23): string =>
  view(model, { style, width, height, now }).join('\n')

/** 200 children, of which three failed, ten are at work and 56 wait. */
function fanOut(count = 200): Change[] {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ name: 'resizeAll' }) })
  for (let child = 0; child < count; child += 1) {
    const childId = `${runId}-${child}`
    record({ type: 'child', childId, name: 'resizeOne' })
    const status: WorkflowStatus =
      child >= 144
        ? 'ENQUEUED'
        : child >= 134
          ? 'PENDING'
          : [39, 70, 71].includes(child)
            ? 'ERROR'
            : 'SUCCESS'
    const hasEnded = status === 'ERROR' || status === 'SUCCESS'
    record(
      {
        type: 'status',
        workflow: workflowOf({
          ...{ workflowId: childId, name: 'resizeOne', status },
          ...{ completedAt: hasEnded ? afterStart(2200) : null },
          error:
            status === 'ERROR'
              ? { name: 'Error', message: `image ${child + 1} is corrupt: bad JPEG marker 0xff` }
              : null,
        }),
      },
      childId,
    )
  }
  record({ type: 'step', step: { ...stepOf(330, 'DBOS.getResult'), completedAt: afterStart(68_000) } })
  return changes
}

test('a fan-out is a sum, with what failed pinned, what is at work, and no row of what is enqueued', () => {
  expect(draw(fold(fanOut()))).toMatchInlineSnapshot(`
    "● PENDING   resizeAll  018f3a9c                          drover-1a2b3c4d  1m 12s
      steps     ▸ 331 waits for child …-134  4s
      children  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━───────────────  131 ✓  3 ✗  10 ▸  56 ○
                ✗ …-39  image 40 is corrupt: bad JPEG marker 0xff               2.2s
                ✗ …-70  image 71 is corrupt: bad JPEG marker 0xff               2.2s
                ✗ …-71  image 72 is corrupt: bad JPEG marker 0xff               2.2s
                ▸ …-134  …-135  …-136  …-137  …-138  …-139  …-140  …-141  …-142  …"
  `)
  expect(draw(fold(fanOut()), 40, 8)).toMatchInlineSnapshot(`
    "● PENDING   resizeAll  018f3a9c   1m 12s
    steps    ▸ 331 waits for child …-134  4s
    children 131 ✓  3 ✗  10 ▸  56 ○
             ✗ …-39  image 40 is corr…  2.2s
             ✗ …-70  image 71 is corr…  2.2s
             ✗ …-71  image 72 is corr…  2.2s
             ▸ …-134  …-135  …-136  …-137  …"
  `)
})

test('what failed stays where thousands have ended well and are no longer kept', () => {
  const screen = draw(fold(fanOut(144)))
  expect(screen).toContain('image 40 is corrupt')
  const { changes, record } = createRecording()
  for (let child = 1000; child < 2000; child += 1) {
    const childId = `${runId}-${child}`
    record({ type: 'child', childId, name: 'resizeOne' })
    record(
      { type: 'status', workflow: workflowOf({ workflowId: childId, status: 'SUCCESS', completedAt: now }) },
      childId,
    )
  }
  const later = draw(fold([...fanOut(144), ...changes]))
  expect(later).toContain('image 40 is corrupt')
  expect(later).toContain('1131 ✓')
})

test('what runs now is drawn, and that it may be tried again where it takes long', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf() })
  expect(draw(fold(changes)).split('\n')[1]).toBe('  steps     ▸ step 0 runs, or is tried again  1m 12s')
  record({ type: 'step', step: { ...stepOf(0, 'reserve'), completedAt: afterStart(71_000) } })
  expect(draw(fold(changes))).toContain('▸ step 1 runs  1s')
})

test('an executor that is not connected is told with the command that takes over, and nothing runs', () => {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf({ workflowId: runId, executorId: 'web-2' }) })
  const model = update(fold(changes), { type: 'stranded', workflowIds: [runId] })
  expect(draw(model)).toMatchInlineSnapshot(`
    "● PENDING   eventsWorkflow  018f3a9c-1111-4222-8333-0123456789ab   web-2  1m 12s
      stuck     executor web-2 is not connected
                drover recover 018f3a9c-1111-4222-8333-0123456789ab"
  `)
  expect(draw(update(model, { type: 'stranded', workflowIds: [] }))).toContain('▸ step 0 runs')
})

function stream(values: readonly JsonValue[]): Change[] {
  const { changes, record } = createRecording()
  record({ type: 'status', workflow: workflowOf() })
  for (const [offset, value] of values.entries()) record({ type: 'stream', key: 'tokens', offset, value })
  return changes
}

test('the pieces of a text are joined, as it reads', () => {
  const words = 'Work between the steps must be deterministic, whatever the weather is. '
    .repeat(3)
    .split(/(?= )/)
  expect(draw(fold(stream(words)), 60)).toMatchInlineSnapshot(`
    "● PENDING   eventsWorkflow  018f3a9c                  1m 12s
      steps     ▸ step 0 runs, or is tried again  1m 12s
      stream    tokens  34 values
                Work between the steps must be deterministic,
                whatever the weather is. Work between the
                steps must be deterministic, whatever the
                weather is. Work between the steps must be
                deterministic, whatever the weather is. ▏"
  `)
  const tokens = words.map((token, index) => ({ token, index }))
  expect(draw(fold(stream(tokens)), 60)).toBe(draw(fold(stream(words)), 60))
})

test.each([
  [['line one', 'line two', 'line three'], false],
  [['a', ' b', ' c'], true],
  [['a ', 'b ', 'c'], true],
  [['a', ' b'], false],
  [['a', null, ' c'], false],
])('%j are pieces of one text: %s', (pieces, expected) => {
  expect(areJoined(pieces)).toBe(expected)
})

test.each<[JsonValue, string | null]>([
  ['x', 'x'],
  [{ text: 'x' }, 'x'],
  [{ type: 'token', token: 'x' }, 'x'],
  [{ text: 'x', step: 1, total: 2 }, null],
  [7, null],
  [['x'], null],
])('the piece of %j', (value, piece) => {
  expect(pieceOf(value)).toBe(piece)
})

test('many messages taken in at once make what they make one by one, also of more children than are kept', () => {
  const messages = fanOut(700).map((change) => ({ type: 'change', change }) as const)
  const atOnce = update(initialWatchModel([runId]), ...messages)
  expect(atOnce).toEqual(fold(fanOut(700)))
  expect(atOnce.workflows.size).toBeLessThan(700)
})
