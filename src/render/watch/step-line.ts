import { isDbosStep } from '../../core/dbos-names.ts'
import { contentWidth, type Viewport } from '../gutter.ts'
import { displayWidth, escapeName, pad, truncate } from '../text.ts'
import { formatDuration } from '../time-text.ts'
import type { WatchedStep } from './watch-model.ts'

export interface StepWidths {
  readonly numberWidth: number
  readonly nameWidth: number
}

/** Wide enough for each of these steps, as far as `width` cells allow. */
export function stepWidths(steps: readonly WatchedStep[], width: number): StepWidths {
  const widest = (texts: readonly string[]) =>
    texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0)
  const numberWidth = widest(steps.map(({ step }) => String(step)))
  const nameWidth = widest(steps.map(({ name }) => escapeName(name)))
  return { numberWidth, nameWidth: Math.min(Math.max(8, width - numberWidth - 12), nameWidth) }
}

/** `✓ 3 charge  1.2s`, and why it failed, in `width` cells. */
export function stepLine(
  { step, name, durationMs, until, error }: WatchedStep,
  { numberWidth, nameWidth }: StepWidths,
  frame: Viewport,
  width = contentWidth(frame),
): string {
  const { style } = frame
  const goesOn = until !== null && until > frame.now
  const symbol = goesOn ? style.faint('…') : error === null ? style.good('✓') : style.bad('✗')
  const number = style.faint(pad(String(step), numberWidth, 'right'))
  const label = pad(truncate(escapeName(name), nameWidth), nameWidth)
  const duration = pad(durationMs === null || goesOn ? '' : formatDuration(durationMs), 7, 'right')
  const left = width - numberWidth - nameWidth - displayWidth(duration) - 6
  const reason = error === null || left < 8 ? '' : `  ${style.bad(truncate(error, left))}`
  return `${symbol} ${number} ${isDbosStep(name) ? style.faint(label) : label} ${style.faint(duration)}${reason}`
}
