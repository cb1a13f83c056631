import type { Change } from '../core/change.ts'
import { stringifyExact, withPlainNumbers } from '../core/words/exact-number.ts'

/** For each field with a number that loses digits in JavaScript, the exact JSON text of that field. */
export interface Raw {
  readonly raw?: Readonly<Record<string, string>>
}

/** Numbers as numbers of JavaScript, with `raw` beside them where that loses digits. */
export function withRaw<Result extends object>(record: Result): Result & Raw {
  const plain = withPlainNumbers(record)
  if (plain === record) return record
  const lossy = Object.entries(record).filter(([, value]) => withPlainNumbers(value) !== value)
  return { ...plain, raw: Object.fromEntries(lossy.map(([key, value]) => [key, stringifyExact(value)])) }
}

/** A change, `raw` in what comes with it. */
export function changeWithRaw(change: Change): Change & Raw {
  switch (change.type) {
    case 'status':
      return { ...change, workflow: withRaw(change.workflow) }
    case 'step':
      return { ...change, step: withRaw(change.step) }
    case 'message':
      return { ...change, message: withRaw(change.message) }
    case 'waits':
      return { ...change, waits: change.waits.map(withRaw) }
    default:
      return withRaw(change)
  }
}
