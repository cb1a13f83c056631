import { expect, test } from 'vitest'
import type { Step } from '../../src/core/workflow.ts'
import { createStyle } from '../../src/render/style.ts'
import { displayWidth } from '../../src/render/text.ts'
import { renderTimeline } from '../../src/render/timeline.ts'

function stepAt(step: number, startMs: number, endMs: number, error: Step['error'] = null): Step {
  const times = { startedAt: new Date(startMs), completedAt: new Date(endMs) }
  return { step, name: `step-${step}-of-a-long-name`, output: null, error, childId: null, ...times }
}

test.each([40, 80, 200])(
  'no line is wider than a screen of %d columns, also where a step failed',
  (width) => {
    const steps = [stepAt(0, 0, 10), stepAt(1, 10, 25_000, { name: 'Error', message: 'boom' })]
    const lines = renderTimeline(steps, { style: createStyle(0), width, now: new Date() })
    expect(lines).toHaveLength(2)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    expect(lines[1]).toContain('✗')
  },
)

test('a sleep that goes on is drawn until now, and has no duration', () => {
  const sleep: Step = { ...stepAt(1, 1000, 0), name: 'DBOS.sleep', completedAt: null, output: 90_000_000 }
  const draw = (step: Step) =>
    renderTimeline([stepAt(0, 0, 1000), step], { style: createStyle(0), width: 60, now: new Date(5000) })
  const [work = '', waiting = '', note] = draw(sleep)
  expect(work).toMatch(/█ +1\.0s$/)
  expect(waiting).toMatch(/┄ +$/)
  expect(note).toContain('waited 4.0s')
})
