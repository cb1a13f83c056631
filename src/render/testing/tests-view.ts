import type { CaseOutcome, CaseResult } from '../../core/testing/case-result.ts'
import type { TestCase } from '../../core/testing/test-case.ts'
import type { Viewport } from '../gutter.ts'
import type { Style } from '../style.ts'
import { displayWidth, escapeControls, pad, truncate, truncateMiddle } from '../text.ts'
import { formatDuration, formatElapsed } from '../time-text.ts'

/** What runs now, and how far all of it is. */
export interface TestsModel {
  readonly total: number
  readonly beganAt: Date
  readonly running: ReadonlyMap<TestCase, { readonly activity: string; readonly since: Date }>
  readonly counts: Readonly<Record<CaseOutcome, number>>
}

export type TestsMessage =
  | { readonly type: 'begins'; readonly test: TestCase; readonly at: Date }
  | { readonly type: 'does'; readonly test: TestCase; readonly activity: string }
  | { readonly type: 'ended'; readonly result: CaseResult }

export function initialTestsModel(total: number, beganAt: Date): TestsModel {
  return { total, beganAt, running: new Map(), counts: { passed: 0, failed: 0, error: 0, skipped: 0 } }
}

export function updateTests(model: TestsModel, message: TestsMessage): TestsModel {
  const running = new Map(model.running)
  switch (message.type) {
    case 'begins':
      running.set(message.test, { activity: 'begins', since: message.at })
      return { ...model, running }
    case 'does': {
      const now = running.get(message.test)
      if (now) running.set(message.test, { ...now, activity: message.activity })
      return { ...model, running }
    }
    case 'ended': {
      const { test, outcome } = message.result
      running.delete(test)
      return { ...model, running, counts: { ...model.counts, [outcome]: model.counts[outcome] + 1 } }
    }
    default:
      return message satisfies never
  }
}

/** What runs, each in a line, and below it the sum; at most `height` lines. */
export function viewTests(model: TestsModel, frame: Viewport & { readonly height: number }): string[] {
  const all = [...model.running]
  const room = Math.max(0, frame.height - 1)
  const shown = all.length > room ? all.slice(0, Math.max(0, room - 1)) : all
  const more = all.length - shown.length
  const nameWidth = Math.max(0, ...shown.map(([{ name }]) => displayWidth(escapeControls(name))))
  return [
    ...shown.map(([test, state]) => runningLine(test, state, nameWidth, frame)),
    ...(more > 0 && room > 0 ? [frame.style.faint(`  … ${more} more at work`)] : []),
    summaryLine(model, frame),
  ]
}

/** The first of what there is to give room is the name. */
function runningLine(
  { name }: TestCase,
  { activity, since }: { readonly activity: string; readonly since: Date },
  nameWidth: number,
  { style, width, now }: Viewport,
): string {
  const elapsed = formatElapsed(now.getTime() - since.getTime()).padStart(6)
  const room = Math.max(1, width - 4 - elapsed.length)
  const titleWidth = Math.min(nameWidth, Math.max(10, Math.floor(room / 2)))
  const title = pad(truncateMiddle(escapeControls(name), titleWidth), titleWidth)
  const doing = pad(truncate(escapeControls(activity), room - titleWidth - 2), room - titleWidth - 2)
  return `${style.accent(`▸ ${title}`)}  ${doing}${style.faint(`  ${elapsed}`)}`
}

/** `3 passed, 1 failed, 2 running, 5 to go`. */
export function summaryLine(model: TestsModel, { style, now }: Viewport): string {
  const { counts, running, total, beganAt } = model
  const done = counts.passed + counts.failed + counts.error + counts.skipped
  const left = total - done - running.size
  const some = (count: number, word: string, paint: keyof Style) =>
    count > 0 ? [style[paint](`${count} ${word}`)] : []
  const words = [
    style[counts.passed > 0 ? 'good' : 'faint'](`${counts.passed} passed`),
    ...some(counts.failed, 'failed', 'bad'),
    ...some(counts.error, 'not judged', 'warning'),
    ...some(counts.skipped, 'skipped', 'faint'),
    ...some(running.size, 'running', 'accent'),
    ...some(left, 'to go', 'faint'),
  ]
  return `${words.join(', ')}  ${style.faint(formatDuration(now.getTime() - beganAt.getTime()))}`
}

/** What is told now and then where nothing is drawn: `2 running: rejected (waits for its end), …`. */
export function testsHeartbeat(model: TestsModel, frame: Viewport): string {
  const running = [...model.running].map(([{ name }, { activity }]) => `${name} (${activity})`)
  return frame.style.faint(`… ${escapeControls(running.join(', '))}`)
}
