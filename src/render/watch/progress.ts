import type { JsonValue } from '../../core/workflow.ts'
import type { Style } from '../style.ts'

/** From 0 to 1 for what looks like progress: a percentage under a key of that name, or an object with done and total. */
export function readProgress(key: string, value: JsonValue): number | undefined {
  if (typeof value === 'number')
    return /(^|[._:-])(progress|percent)$/i.test(key) ? toFraction(value, 100) : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { done, total, progress } = value as { readonly [key: string]: JsonValue }
  if (typeof done === 'number' && typeof total === 'number') return toFraction(done, total)
  return typeof progress === 'number' ? toFraction(progress, 100) : undefined
}

function toFraction(part: number, whole: number): number | undefined {
  const fraction = part / whole
  return whole > 0 && fraction >= 0 && fraction <= 1 ? fraction : undefined
}

/** `━━━━━━────  52%`, in exactly `width` cells. */
export function progressBar(fraction: number, width: number, style: Style): string {
  const label = `${Math.floor(fraction * 100)}%`.padStart(5)
  const cells = Math.max(0, width - label.length)
  const full = Math.floor(fraction * cells)
  return `${style.good('━'.repeat(full))}${style.faint('─'.repeat(cells - full))}${label}`
}
