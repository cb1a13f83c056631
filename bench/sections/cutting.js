import { displayWidth, truncate } from '../../dist/render/text.js'
import { formatValue } from '../../dist/render/value.js'
import { round } from '../report.js'

/** What is far larger than a line is cut without looking at all of it. */
export function cutting() {
  const list = Array.from({ length: 1_000_000 }, (_, index) => index)
  const text = millisecondsOf(() => displayWidth(truncate('語'.repeat(5_000_000), 80)))
  const value = millisecondsOf(() => formatValue({ text: 'x'.repeat(10_000_000), list }, 20))
  return {
    title: 'cutting a text of 5 million characters, and a value of 10 MB, to a line',
    notes: [`text: ${round(text)} ms`, `value: ${round(value)} ms`],
    goals: [['≤ 1 s each', text <= 1000 && value <= 1000]],
  }
}

function millisecondsOf(work) {
  const startMs = performance.now()
  work()
  return performance.now() - startMs
}
