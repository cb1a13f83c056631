import { expect, test } from 'vitest'
import type { StreamText } from '../../../src/core/workflow.ts'
import { createStreamLines } from '../../../src/render/stream/stream-lines.ts'
import { toJsonLine, toStreamValueJson } from '../../../src/render/to-json.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'

const values = [null, 1, 'x', 'x'.repeat(1000), ...hostileTexts].map((value) => ({ value, 日本: [value] }))

/** As a page holds them: one after another in the same bytes. */
function toTexts(from: number): StreamText[] {
  const pieces = values.map((value) => Buffer.from(toJsonLine(value)))
  const bytes = Buffer.concat(pieces)
  let end = 0
  return pieces.map(({ length }, index) => {
    end += length
    return { offset: from + index, bytes, start: end - length, end }
  })
}

test('lines of bytes are those of JSON, whatever the workflow is called and however far its stream is', () => {
  for (const workflowId of ['order-17', ...hostileTexts]) {
    const stream = { workflowId, key: hostileTexts[0] ?? '' }
    const toLines = createStreamLines(stream)
    for (const from of [0, 95, 2_147_483_600]) {
      const expected = values.map((value, index) =>
        toJsonLine(toStreamValueJson({ ...stream, offset: from + index, value })),
      )
      expect(toLines(toTexts(from)).toString() === `${expected.join('\n')}\n`, workflowId).toBe(true)
    }
    expect(toLines([]).toString()).toBe('')
  }
})
