import { expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { type Column, renderTable, renderTsv } from '../../src/render/table.ts'
import { displayWidth } from '../../src/render/text.ts'
import { hostileTexts } from '../support/hostile-texts.ts'

interface Fruit {
  readonly id: string
  readonly name: string
  readonly note: string
  readonly count: number
}

const columns: readonly Column<Fruit>[] = [
  { title: 'ID', value: ({ id }) => id, compact: ({ id }) => id.slice(0, 4) },
  { title: 'NAME', value: ({ name }) => name, minWidth: 6 },
  { title: 'COUNT', value: ({ count }) => String(count), align: 'right' },
  {
    title: 'NOTE',
    value: ({ note }) => note,
    short: ({ note }) => note.toUpperCase(),
    minWidth: 6,
    optional: 1,
  },
]

const rows: readonly Fruit[] = [
  { id: 'abcd-1234-efgh', name: 'apple', note: 'red and round', count: 3 },
  { id: 'ijkl-5678-mnop', name: '日本の柿 persimmon', note: '', count: 1200 },
]

const style = createStyle(0)
const now = new Date(0)
const draw = (width: number) => renderTable(columns, rows, { style, width, now }).join('\n')

test('columns are aligned, wide characters too', () => {
  expect(draw(80)).toMatchInlineSnapshot(`
    "ID              NAME                COUNT  NOTE
    abcd-1234-efgh  apple                   3  RED AND ROUND
    ijkl-5678-mnop  日本の柿 persimmon   1200"
  `)
})

test('long cells are cut before columns are left out', () => {
  expect(draw(42)).toMatchInlineSnapshot(`
    "ID              NAME      COUNT  NOTE
    abcd-1234-efgh  apple         3  RED AND…
    ijkl-5678-mnop  日本の…    1200"
  `)
})

test('optional columns go before ids are shortened', () => {
  expect(draw(32)).toMatchInlineSnapshot(`
    "ID              NAME       COUNT
    abcd-1234-efgh  apple          3
    ijkl-5678-mnop  日本の柿…   1200"
  `)
})

test('the last resort is to shorten ids', () => {
  expect(draw(22)).toMatchInlineSnapshot(`
    "ID    NAME       COUNT
    abcd  apple          3
    ijkl  日本の柿…   1200"
  `)
})

test('an optional column without any value is not shown', () => {
  const plain = rows.map((row) => ({ ...row, note: '' }))
  expect(renderTable(columns, plain, { style, width: 80, now })[0]).toBe(
    'ID              NAME                COUNT',
  )
})

test('the header is faint, and cells are painted after they were cut', () => {
  const painted: readonly Column<Fruit>[] = [
    { title: 'NAME', value: ({ name }) => name, minWidth: 4, paint: (text, _, { bad }) => bad(text) },
  ]
  expect(renderTable(painted, rows, { style: createStyle(1), width: 6, now })).toEqual([
    '\x1b[2mNAME\x1b[22m',
    '\x1b[31mapple \x1b[39m',
    '\x1b[31m日本… \x1b[39m',
  ])
})

test('a pipe gets full values between tabs, without header', () => {
  expect(renderTsv(columns, [{ id: 'a\tb', name: 'x\ny', note: '\x1b[31m', count: 1 }])).toEqual([
    'a␉b\tx↵y\t1\t␛[31m',
  ])
})

test('no line is wider than the screen, whatever the values are', () => {
  const hostile = hostileTexts.map((text) => ({ id: text, name: text.repeat(9), note: text, count: 7 }))
  for (let width = 1; width <= 120; width += 1) {
    for (const line of renderTable(columns, hostile, { style: createStyle(1), width, now })) {
      expect(displayWidth(line)).toBeLessThanOrEqual(width)
    }
  }
})
