import { expect, test } from 'vitest'
import type { Step } from '../../../src/core/workflow.ts'
import { createStyle } from '../../../src/render/style.ts'
import { displayWidth } from '../../../src/render/text.ts'
import { renderTimeline } from '../../../src/render/timeline/timeline.ts'

function stepAt(step: number, startMs: number, endMs: number, error: Step['error'] = null): Step {
  const times = { startedAt: new Date(startMs), completedAt: new Date(endMs) }
  return { step, name: `step-${step}-of-a-long-name`, output: null, error, childId: null, ...times }
}

test.each([40, 80, 200])(
  'no line is wider than a screen of %d columns, also where a step failed',
  (width) => {
    const steps = [stepAt(0, 0, 10), stepAt(1, 10, 25_000, { name: 'Error', message: 'boom' })]
    const lines = renderTimeline(steps, { style: createStyle(0), width, now: new Date() })
    expect(lines).toHaveLength(3)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    expect(lines[2]).toContain('✗')
  },
)

test('a sleep that goes on is drawn until now, and has no duration', () => {
  const sleep: Step = { ...stepAt(1, 1000, 0), name: 'DBOS.sleep', completedAt: null, output: 90_000_000 }
  const draw = (step: Step) =>
    renderTimeline([stepAt(0, 0, 1000), step], { style: createStyle(0), width: 60, now: new Date(5000) })
  const [, work = '', waiting = '', note] = draw(sleep)
  expect(work).toMatch(/█ +1\.0s$/)
  expect(waiting).toMatch(/┄ +$/)
  expect(note).toContain('waited 4.0s')
})

const frame = { style: createStyle(0), width: 80, now: new Date(70_000) }

test('an axis, steps that repeat in one row, and children where they were started', () => {
  const fibonacci = Array.from({ length: 60 }, (_, n) => ({
    ...stepAt(n + 1, n * 500, n * 500 + 450),
    name: 'fibonacci',
  }))
  const child = {
    ...{
      workflowId: 'order-1-61',
      name: 'ship',
      className: null,
      configName: null,
      queue: null,
      version: null,
    },
    ...{
      application: null,
      executorId: null,
      startedAt: null,
      recoveryAttempts: 1,
      status: 'ERROR' as const,
    },
    ...{ createdAt: new Date(30_000), completedAt: new Date(42_000) },
  }
  const others = Array.from({ length: 5 }, (_, n) => ({
    ...{
      ...child,
      workflowId: `mail-${n}`,
      name: 'mail',
      status: n === 2 ? ('ERROR' as const) : ('SUCCESS' as const),
    },
    ...{ createdAt: new Date(43_000 + n), completedAt: new Date(44_000) },
  }))
  const steps = [
    { ...stepAt(0, 0, 100), name: 'load' },
    ...fibonacci,
    { ...stepAt(61, 30_000, 30_001), name: 'ship', childId: 'order-1-61' },
    { ...stepAt(62, 42_000, 42_500, { name: 'Error', message: 'x' }), name: 'charge' },
  ]
  expect(renderTimeline(steps, frame, [child, ...others]).join('\n')).toMatchInlineSnapshot(`
    "                         0ms             ╷16.0s          ╷32.0s
       0  load               █                                             100ms
    1–60  fibonacci ×60      ██████████████████████████████                29.9s
      61  └ ship order-1-61                                ████████████    12.0s ✗
      62  charge                                                       █   500ms ✗
          └ mail ×5                                                     █   1.0s 1 ✗
    waited 550ms in all; the axis is shorter there"
  `)
})

test('two or three alike have rows of their own, and so has one that failed', () => {
  const alike = [0, 1, 2].map((n) => ({ ...stepAt(n, n * 100, n * 100 + 100), name: 'x' }))
  expect(renderTimeline(alike, frame)).toHaveLength(4)
  const failing = [0, 1, 2, 3, 4].map((n) => ({
    ...stepAt(n, n * 100, n * 100 + 100, n === 4 ? { name: 'Error', message: 'x' } : null),
    name: 'x',
  }))
  expect(renderTimeline(failing, frame)).toHaveLength(3)
})

/** How much work a timeline of so many steps is, whatever else this machine does. */
function workOf(count: number): number {
  const steps = Array.from({ length: count }, (_, n) => stepAt(n, n * 10, n * 10 + 5))
  const before = process.cpuUsage()
  const lines = renderTimeline(steps, { style: createStyle(0), width: 80, now: new Date() })
  expect(lines.length).toBeGreaterThan(count)
  const { user, system } = process.cpuUsage(before)
  return user + system
}

test('ten times as many steps are about ten times as much work, not a hundred times', () => {
  workOf(10_000)
  expect(workOf(100_000) / workOf(10_000)).toBeLessThan(50)
})
