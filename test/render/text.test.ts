import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { displayWidth, pad, shortExecutor, shortId, truncate, wrap } from '../../src/render/text.ts'

test.each([
  ['plain', 5],
  ['日本', 4],
  ['👩‍👩‍👧', 2],
  ['e\u0301', 1],
  ['\x1b[31mred\x1b[39m', 3],
])('%j is %i cells wide', (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

test('the quick way to measure agrees with the thorough one', () => {
  for (let code = 0x20; code < 0x2800; code += 1) {
    const character = String.fromCharCode(code)
    expect([code, displayWidth(character)]).toEqual([code, stringWidth(character)])
  }
})

test.each([
  ['plain', 5, 'plain'],
  ['plain', 4, 'pla…'],
  ['plain', 1, '…'],
  ['plain', 0, ''],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['👩‍👩‍👧👩‍👩‍👧', 3, '👩‍👩‍👧…'],
  ['a word', 3, 'a…'],
])('%j in %i cells is %j', (text, width, cut) => {
  expect(truncate(text, width)).toBe(cut)
})

test('a huge text is cut', () => {
  expect(displayWidth(truncate('語'.repeat(5_000_000), 80))).toBe(79)
})

test('cells are filled up by what is seen', () => {
  expect(pad('日本', 6)).toBe('日本  ')
  expect(pad('12', 4, 'right')).toBe('  12')
  expect(pad('too long', 3)).toBe('too long')
})

test('lines break between words, and within one that is too long', () => {
  expect(wrap('one two three', 8, 5)).toEqual(['one two', 'three'])
  expect(wrap('abcdefghij', 4, 5)).toEqual(['abcd', 'efgh', 'ij'])
  expect(wrap('one two three four', 8, 2)).toEqual(['one two', 'three f…'])
})

const uuid = '018f3a9c-1111-4222-8333-0123456789ab'

test('only UUIDs are shortened', () => {
  expect(shortId(uuid)).toBe('018f3a9c')
  expect(shortId(`${uuid}-3`)).toBe('018f3a9c…-3')
  expect(shortId('order-2026-000123')).toBe('order-2026-000123')
  expect(shortExecutor(`drover-${uuid}`)).toBe('drover-018f3a9c')
  expect(shortExecutor('local')).toBe('local')
})
