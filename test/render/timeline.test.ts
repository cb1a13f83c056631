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
