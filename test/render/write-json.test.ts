import { expect, test } from 'vitest'
import { rememberJson } from '../../src/core/stored-json.ts'
import type { JsonValue } from '../../src/core/workflow.ts'
import { toJsonLine, toJsonText } from '../../src/render/to-json.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { createRandom } from '../support/random.ts'

const random = createRandom(11)
const scalars: readonly JsonValue[] = [null, true, 0, -1.5, 1e21, '', 'a"\\\n{[,:]}', ...hostileTexts]

function generate(depth: number): JsonValue {
  if (depth === 0) return random.pick(scalars)
  const items = Array.from({ length: random.below(4) }, () => generate(depth - 1))
  return random.oneIn(2) ? items : Object.fromEntries(items.map((item, at) => [`${at}:{[",\n`, item]))
}

/** The same value, and one that is printed as it was stored. */
function twice(): readonly [JsonValue, JsonValue] {
  const value = generate(4)
  return [value, rememberJson(JSON.parse(JSON.stringify(value)), toJsonLine(value))]
}

test('what is printed as it was stored is what would have been written', () => {
  for (let round = 0; round < 300; round++) {
    const [written, stored] = twice()
    const at = new Date(round)
    const places = [
      (value: JsonValue) => value,
      (value: JsonValue) => [value],
      (output: JsonValue) => ({
        workflowId: '\u202e',
        at,
        none: undefined,
        input: [[[]], {}],
        output,
        next: 1,
      }),
      (value: JsonValue) => [{ value, at }, undefined, [], {}, { at: null, value, more: { value } }],
    ]
    for (const place of places) {
      expect(toJsonLine(place(stored))).toBe(toJsonLine(place(written)))
      expect(toJsonText(place(stored))).toBe(toJsonText(place(written)))
    }
  }
})
