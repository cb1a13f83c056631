import { expect, test } from 'vitest'
import { foldLine } from '../../../src/cockpit/screens/fold-line.ts'
import { displayWidth } from '../../../src/render/text.ts'

test.each([
  ['words', 'to be or not to be that is the question'],
  ['one word', 'x'.repeat(90)],
  ['wide', '返金しますか。山田太郎 例え 👩‍👩‍👧 '.repeat(9)],
  ['zero-width', `a${'\u0301'.repeat(500)} b`],
])('a line is folded without losing anything, none wider than there is room: %s', (_, text) => {
  for (const width of [2, 7, 20, 39, 40, 80]) {
    const lines = foldLine(text, width)
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  }
})

test('a word that fits to the last cell stays on its line', () => {
  expect(foldLine('to be or not to be', 12)).toEqual(['to be or not', 'to be'])
  expect(foldLine('返金 返金 返金', 9)).toEqual(['返金 返金', '返金'])
})

test('what is long is folded once for all the frames that show it', () => {
  const text = 'word '.repeat(20_000)
  expect(foldLine(text, 80)).toBe(foldLine(`${text}`, 80))
  expect(foldLine(text, 40)).not.toHaveLength(foldLine(text, 80).length)
})
