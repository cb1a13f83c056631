import { expect, test } from 'vitest'
import type { Change } from '../../../src/core/change.ts'
import { createStyle } from '../../../src/render/style.ts'
import { displayWidth } from '../../../src/render/text.ts'
import { initialWatchModel, update, view } from '../../../src/render/watch/watch-view.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { afterStart, createRecording, runId, stepOf, workflowOf } from '../../support/recorded-run.ts'

const now = afterStart(7000)
const draw = (
  changes: readonly Change[],
  { width = 80, height = 23, childSteps = true, colorLevel = 0 as const } = {},
): string[] => {
  const model = changes.reduce(
    (before, change) => update(before, { type: 'change', change }),
    initialWatchModel([runId]),
  )
  return view(model, { style: createStyle(colorLevel), width, height, now, childSteps })
}

/** One child that goes on, and has a child of its own; one that failed, one that ended well. */
function family(text = (word: string) => word): Change[] {
  const { changes, record } = createRecording()
  const message = text('image 40 is corrupt')
  const ids = [`${runId}-0`, `${runId}-0-0`, `${runId}-1`, `${runId}-2`] as const
  const [going, grandchild, failed, done] = ids
  const start = (childId: string, parent: string) =>
    record({ type: 'child', childId, name: text('resizeOne') }, parent)
  const tell = (workflowId: string, more: Parameters<typeof workflowOf>[0] = {}) =>
    record(
      { type: 'status', workflow: workflowOf({ workflowId, name: text('resizeOne'), ...more }) },
      workflowId,
    )
  record({ type: 'status', workflow: workflowOf({ name: text('resizeAll') }) })
  for (const id of [going, failed, done]) start(id, runId)
  tell(going)
  for (const step of [0, 1, 2, 3]) record({ type: 'step', step: stepOf(step, text(`part${step}`)) }, going)
  record({ type: 'step', step: stepOf(4, text('upload'), { name: 'Error', message }) }, going)
  start(grandchild, going)
  tell(grandchild, { startedAt: afterStart(5000), createdAt: afterStart(5000) })
  tell(failed, { status: 'ERROR', completedAt: afterStart(2200), error: { name: 'Error', message } })
  tell(done, { status: 'SUCCESS', completedAt: afterStart(1100), output: { url: text('s3://pictures/2') } })
  return changes
}

test('each child has its last steps below it, what it does now, and how it ended', () => {
  expect(draw(family()).join('\n')).toMatchInlineSnapshot(`
    "● PENDING   resizeAll  018f3a9c-1111-4222-8333-0123456789ab  drover-1a2b3c4d  7s
      steps     ▸ 0 waits for child …-0  7s
      children  ├─ ● PENDING   resizeOne  …-0                                     7s
                │  │ ✓ 2 part2    251ms
                │  │ ✓ 3 part3    251ms
                │  │ ✗ 4 upload   251ms  Error: image 40 is corrupt
                │  │ ▸ 5 waits for child …-0  6s
                │  └─ ● PENDING   resizeOne  …-0                                  2s
                │       ▸ step 0 runs  2s
                ├─ ✗ ERROR     resizeOne  …-1                                   2.2s
                │    image 40 is corrupt
                └─ ✓ SUCCESS   resizeOne  …-2                                   1.1s
                     {url: "s3://pictures/2"}"
  `)
  expect(draw(family(), { width: 40, height: 30 }).join('\n')).toMatchInlineSnapshot(`
    "● PENDING   resizeAll  018f3a9c       7s
    steps    ▸ 0 waits for child …-0  7s
    children ├─ ● PENDING   resize…  …-0  7s
             │  │ ✓ 2 part2    251ms
             │  │ ✓ 3 part3    251ms
             │  │ ✗ 4 upload   251ms
             │  │ ▸ 5 waits for …-0  6s
             │  └─ ● PENDING   res…  …-0  2s
             │       ▸ step 0 runs  2s
             ├─ ✗ ERROR     resi…  …-1  2.2s
             │    image 40 is corrupt
             └─ ✓ SUCCESS   resi…  …-2  1.1s
                  {url: "s3://pictures/2"}"
  `)
})

test('without --children each child is a line', () => {
  expect(draw(family(), { childSteps: false })).toHaveLength(6)
})

test('a lower screen leaves out steps before children, the newest of who goes on last', () => {
  const heights = [14, 10, 8, 7, 6, 5, 4, 3]
  const frames = heights.map((height) => draw(family(), { height }))
  expect(frames.filter((lines, index) => lines.length > (heights[index] ?? 0))).toEqual([])
  expect(frames[2]?.join('\n')).toMatchInlineSnapshot(`
    "● PENDING   resizeAll  018f3a9c-1111-4222-8333-0123456789ab  drover-1a2b3c4d  7s
      steps     ▸ 0 waits for child …-0  7s
      children  ├─ ● PENDING   resizeOne  …-0                                     7s
                │  │ ▸ 5 waits for child …-0  6s
                │  └─ ● PENDING   resizeOne  …-0                                  2s
                │       ▸ step 0 runs  2s
                ├─ ✗ ERROR     resizeOne  …-1                                   2.2s
                └─ ✓ SUCCESS   resizeOne  …-2                                   1.1s"
  `)
  for (const lines of frames.slice(0, 5))
    expect(lines.filter((line) => line.includes('resizeOne'))).toHaveLength(4)
})

test.each([20, 40, 80, 120])('nothing is wider than %i cells, whatever the texts are', (width) => {
  for (const text of hostileTexts) {
    for (const height of [5, 12, 40]) {
      const lines = draw(
        family(() => text),
        { width, height },
      )
      expect(lines.length).toBeLessThanOrEqual(height)
      for (const line of lines) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
        expect(line).not.toMatch(/\p{Cc}/u)
      }
    }
  }
})
