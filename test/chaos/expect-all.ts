import { expect } from 'vitest'
import type { runChaos } from './chaos-round.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

/** Every value and every change once, in order, and nothing on stderr but that the database was away. */
export function expectAll(
  { watched, streamed }: Awaited<ReturnType<typeof runChaos>>,
  { values, events }: { readonly values: number; readonly events: number },
): void {
  expect(streamed.offsets).toEqual(upTo(values))
  expect(streamed.values).toEqual(upTo(values).map((n) => ({ n })))
  expect(streamed.code).toBe(0)
  expect(streamed.stderr).toContain(`tokens: ${values} values, not closed: chaos ended SUCCESS`)
  const { changes } = watched
  expect(changes.flatMap((change) => (change.type === 'stream' ? [change.offset] : []))).toEqual(upTo(values))
  expect(changes.flatMap((change) => (change.type === 'event' ? [change.value] : []))).toEqual(upTo(events))
  expect(changes.flatMap((change) => (change.type === 'step' ? [change.step.step] : []))).toEqual(
    upTo(values + events),
  )
  expect(watched.code).toBe(0)
  expect(
    watched.stderr.replaceAll(/^.* (does not answer; drover keeps trying|answers again)\.\n/gm, ''),
  ).toBe('')
}
