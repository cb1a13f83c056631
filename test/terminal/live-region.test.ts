import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createStyle } from '../../src/render/style.ts'
import { displayWidth } from '../../src/render/text.ts'
import { initialWatchModel, update, view } from '../../src/render/watch/watch-view.ts'
import { createLiveRegion, createPlainRegion } from '../../src/terminal/live-region.ts'
import { afterStart, recordRun, runId } from '../support/recorded-run.ts'
import { createTestScreen, type TestScreen } from '../support/screen.ts'

/** A region on a screen, with every write that it made. */
function open(screen: TestScreen) {
  const writes: string[] = []
  const region = createLiveRegion({
    get columns() {
      return screen.columns
    },
    get rows() {
      return screen.rows
    },
    write: (text) => writes.push(text),
  })
  const show = async () => {
    for (const text of writes.splice(0)) await screen.write(text)
  }
  return { region, writes, show }
}

test('each frame is one write in synchronized output, and an identical one none', () => {
  const { region, writes } = open(createTestScreen())
  region.render(['one', 'two'])
  region.render(['one', 'two'])
  expect(writes).toHaveLength(1)
  expect(writes[0]?.startsWith('\x1b[?2026h')).toBe(true)
  expect(writes[0]?.endsWith('\x1b[?2026l')).toBe(true)
})

test('only lines that changed are written again', () => {
  const { region, writes } = open(createTestScreen())
  region.render(['the first line', 'the second line', 'the third line'])
  region.render(['the first line', 'another line', 'the third line'])
  expect(writes[1]).toContain('another line')
  expect(writes[1]).not.toMatch(/first|third/)
})

test('frames that shrink, grow and shorten their lines leave nothing behind', async () => {
  const screen = createTestScreen()
  const { region, show } = open(screen)
  await screen.write('$ drover watch\r\n')
  for (const lines of [['a long line', 'b'], ['a', 'b', 'c', 'd'], ['x'], [], ['the end', 'of it']]) {
    region.render(lines)
    await show()
    expect(screen.text()).toEqual(['$ drover watch', ...lines])
  }
})

test('the last frame stays in the scrollback, and the cursor comes back', async () => {
  const screen = createTestScreen(40, 6)
  const { region, show } = open(screen)
  region.render(['working'])
  await show()
  expect(screen.isCursorHidden()).toBe(true)
  const last = Array.from({ length: 20 }, (_, index) => `line ${index}`)
  region.finish(last)
  await show()
  await screen.write('$ ')
  expect(screen.text()).toEqual([...last, '$'])
  expect(screen.isCursorHidden()).toBe(false)
})

test('a frame never outgrows the screen', async () => {
  const screen = createTestScreen(40, 6)
  const { region, show } = open(screen)
  for (let count = 1; count < 20; count += 1) {
    region.render(Array.from({ length: count }, (_, index) => `${count}: line ${index}`))
    await show()
  }
  expect(screen.text()).toEqual(['19: line 0', '19: line 1', '19: line 2', '19: line 3', '19: line 4'])
})

test('a line as wide as the screen stays whole, a wider one is cut, and wide characters count', async () => {
  const screen = createTestScreen(10, 6)
  const { region, show } = open(screen)
  region.render(['0123456789', '0123456789abc', '日本語日本', 'end'])
  region.render(['0123456789', '0123456789xyz', '日本語日木', 'end.'])
  await show()
  expect(screen.text()).toEqual(['0123456789', '012345678z', '日本語日木', 'end.'])
})

test('text goes above the region, also when it wraps', async () => {
  const screen = createTestScreen(10, 6)
  const { region, show } = open(screen)
  region.render(['frame 1'])
  region.printAbove('a warning that wraps\nand goes on')
  region.render(['frame 2'])
  await show()
  expect(screen.text()).toEqual(['a warning', 'that wraps', 'and goes o', 'n', 'frame 2'])
})

test.each([
  ['narrower', 20, 12],
  ['much narrower', 11, 12],
  ['wider', 70, 12],
  ['higher', 40, 20],
  ['narrower and higher', 20, 20],
])('a terminal that gets %s shows one clean frame', async (_, columns, rows) => {
  const screen = createTestScreen(40, 12)
  const { region, show } = open(screen)
  const frame = (width: number) => ['a', 'b', 'c'].map((letter) => letter.repeat(width))
  await screen.write('$ drover watch\r\n')
  region.render(frame(40))
  await show()
  screen.resize(columns, rows)
  region.render(frame(columns))
  region.render(['done', ...frame(columns)])
  await show()
  expect(screen.text().slice(-4)).toEqual(['done', ...frame(columns)])
  expect(screen.text().filter((line) => line.includes('bbb'))).toHaveLength(1)
})

test('a terminal that gets lower shows one clean frame, also of lines that did not change', async () => {
  const screen = createTestScreen(40, 12)
  const { region, show } = open(screen)
  const lines = Array.from({ length: 11 }, (_, index) => `line ${index}`)
  region.render(lines)
  await show()
  screen.resize(40, 5)
  region.render(lines)
  await show()
  expect(screen.visible()).toEqual(['line 0', 'line 1', 'line 2', 'line 3'])
})

test.each([
  [40, 15],
  [80, 24],
  [120, 40],
])('a whole run on %i×%i: every frame stands alone, and the last one stays', async (columns, rows) => {
  const screen = createTestScreen(columns, rows)
  const { region, show } = open(screen)
  const style = createStyle(1)
  const now = afterStart(9000)
  await screen.write('$ drover watch\r\n')
  let model = initialWatchModel([runId])
  for (const change of recordRun({ text: 'ein Text 日本', value: { text: 'ein Wert 日本' } })) {
    model = update(model, { type: 'change', change })
    const lines = view(model, { style, width: columns, height: rows - 1, now })
    region.render(lines)
    await show()
    const plain = lines.map((line) => stripVTControlCharacters(line).trimEnd())
    expect(screen.text().slice(-plain.length)).toEqual(plain)
  }
  const last = view(model, { style, width: columns, height: Number.POSITIVE_INFINITY, now })
  region.finish(last)
  await show()
  expect(screen.text()).toHaveLength(1 + last.length)
  expect(Math.max(...screen.text().map(displayWidth))).toBeLessThanOrEqual(columns)
})

test('off a terminal only the end is printed', () => {
  let text = ''
  const region = createPlainRegion((more) => {
    text += more
  })
  region.render(['one'])
  region.printAbove('a note')
  region.render(['two', 'three'])
  region.finish()
  expect(text).toBe('a note\ntwo\nthree\n')
})
