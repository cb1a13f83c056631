import { expect, test } from 'vitest'
import type { WorkflowEvent } from '../../../src/core/workflow.ts'
import {
  initialPicker,
  type PickerModel,
  pastDecided,
  pickedWaits,
  pickerView,
  renewPicker,
  updatePicker,
} from '../../../src/render/inbox/picker-view.ts'
import { questionView } from '../../../src/render/inbox/question-view.ts'
import type { WaitRow } from '../../../src/render/inbox/wait-columns.ts'
import { createStyle } from '../../../src/render/style.ts'
import { displayWidth } from '../../../src/render/text.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'

const now = new Date('2026-01-02T04:00:00Z')

const waitOf = (fields: Partial<WaitRow> = {}): WaitRow => ({
  workflowId: 'refund-7',
  name: 'refundWorkflow',
  step: 3,
  topic: 'legal',
  prompt: 'Refund 300 €?',
  since: new Date('2026-01-02T03:58:48Z'),
  until: new Date('2026-01-03T03:00:00Z'),
  isOverdue: false,
  unreadTopics: [],
  state: 'waiting',
  asked: true,
  request: { prompt: 'Refund 300 €?', order: 7, customer: '山田太郎' },
  source: 'asked',
  ...fields,
})

const waits: readonly WaitRow[] = [
  waitOf(),
  waitOf({
    workflowId: 'refund-8',
    prompt: '山田さんに三百ユーロを返金しますか。はい、またはいいえでお答えください。',
  }),
  waitOf({
    workflowId: '018f3a9c-1111-4222-8333-0123456789ab',
    name: 'payment',
    prompt: null,
    topic: 'webhook',
    asked: false,
    source: 'learned',
    request: null,
  }),
  waitOf({ workflowId: 'evil', prompt: '\x1b[2J\x1b]0;pwned\x07Delete\r\nall?\u202e' }),
  waitOf({ workflowId: 'late', state: 'overdue', until: new Date('2026-01-02T03:59:00Z') }),
]

const draw = (model: PickerModel, width = 80, height = 23) =>
  pickerView(model, 'shop at db.example', { style: createStyle(0), width, now }, height)

/** As a person types: names of keys, and letters. */
function press(model: PickerModel<WaitRow>, ...keys: readonly string[]): PickerModel<WaitRow> {
  return keys.reduce(
    (state, name) => updatePicker(state, { name, char: name.length === 1 ? name : undefined, ctrl: false }),
    model,
  )
}

test('80×24: a list with a cursor, marks, and what the keys do', () => {
  const model = press(initialPicker(waits), 'down', 'space', 'space')
  expect(draw(model).join('\n')).toMatchInlineSnapshot(`
    "5 waiting, 2 marked in shop at db.example
        WAIT        QUESTION                               SINCE     LEFT  STATE
      ◻ refund-7#3  Refund 300 €?                         1m ago  23h 00m  ● waiting
      ◼ refund-8#3  山田さんに三百ユーロを返金しますか…   1m ago  23h 00m  ● waiting
      ◼ 018f3a9c#3  (a message on webhook?)               1m ago  23h 00m  ● waiting
    ❯ ◻ evil#3      ␛[2J␛]0;pwned␇Delete␍↵all?<U+202E>    1m ago  23h 00m  ● waiting
      ◻ late#3      Refund 300 €?                         1m ago  -1m 00s  ! overdue
    ↑↓ move · space mark · * all · / filter · enter open · a approve · r reject
    q leave"
  `)
})

test('40×15: what matters most is left', () => {
  expect(draw(press(initialPicker(waits), 'space'), 40, 14).join('\n')).toMatchInlineSnapshot(`
    "5 waiting, 1 marked in shop at db.examp…
        WAIT        QUESTION           STATE
      ◼ refund-7#3  Refund 300 €?      ●
    ❯ ◻ refund-8#3  山田さんに三百ユ…  ●
      ◻ 018f3a9c#3  (a message on we…  ●
      ◻ evil#3      ␛[2J␛]0;pwned␇De…  ●
      ◻ late#3      Refund 300 €?      !
    ↑↓ move · space mark · * all · / filter
    enter open · a approve · r reject
    q leave"
  `)
})

test('40×15: waits with long ids can be told apart', () => {
  const ids = [
    'many-order-8',
    'many-order-59',
    'a-very-long-name-of-an-order-1',
    'a-very-long-name-of-an-order-2',
  ]
  const model = initialPicker(ids.map((workflowId) => waitOf({ workflowId })))
  expect(draw(model, 40, 14).slice(1, 6).join('\n')).toMatchInlineSnapshot(`
    "    WAIT              QUESTION     STATE
    ❯ ◻ many-order-8#3    Refund 300…  ●
      ◻ many-order-59#3   Refund 300…  ●
      ◻ a-very-l…der-1#3  Refund 300…  ●
      ◻ a-very-l…der-2#3  Refund 300…  ●"
  `)
})

test('the cursor stays on its wait as others come and go, and goes on where that is gone', () => {
  const [first, second, third, fourth, late] = waits as [WaitRow, WaitRow, WaitRow, WaitRow, WaitRow]
  const at = (model: PickerModel<WaitRow>) => model.waits[model.cursor]?.workflowId
  const model = press(initialPicker(waits), 'space', 'down')
  expect(at(model)).toBe(third.workflowId)
  const older = renewPicker(model, [waitOf({ workflowId: 'older' }), second, third, late], 4)
  expect({ at: at(older), marked: older.marked.size }).toEqual({ at: third.workflowId, marked: 0 })
  expect(at(renewPicker(model, [first, second, fourth, late], 4))).toBe(fourth.workflowId)
  expect(at(renewPicker(model, [first, second], 2))).toBe(second.workflowId)
  const none = renewPicker(model, [], 0)
  expect(draw(none)[1]).toBe('    nothing waits any more; what comes appears here')
  expect(press(none, 'a').action).toBeUndefined()
  expect(at(renewPicker(none, [first], 1))).toBe(first.workflowId)
})

test('what was decided leaves the cursor and the marks', () => {
  const [first, second] = waits as [WaitRow, WaitRow]
  const marked = press(initialPicker(waits), 'space', 'space', 'home')
  const past = pastDecided(marked, [first, second])
  expect({ cursor: past.cursor, marked: past.marked.size }).toEqual({ cursor: 2, marked: 0 })
  const last = press(initialPicker(waits), 'end')
  expect(pastDecided(last, waits.slice(-1)).cursor).toBe(waits.length - 2)
  expect(pastDecided(last, waits).cursor).toBe(0)
})

test('what runs out of time within ten minutes is marked', () => {
  const until = (minutes: number) => new Date(now.getTime() + minutes * 60_000)
  const model = initialPicker([
    waitOf({ until: until(10) }),
    waitOf({ workflowId: 'later', until: until(11) }),
  ])
  expect(draw(model).slice(1, 4).join('\n')).toMatchInlineSnapshot(`
    "    WAIT        WORKFLOW        QUESTION        SINCE     LEFT  STATE
    ❯ ◻ refund-7#3  refundWorkflow  Refund 300 €?  1m ago  10m 00s  ! expiring
      ◻ later#3     refundWorkflow  Refund 300 €?  1m ago  11m 00s  ● waiting"
  `)
})

test('a search narrows the list, and what was marked stays marked', () => {
  const marked = press(initialPicker(waits), 'space')
  const searching = press(marked, '/', 'p', 'a', 'y')
  expect(draw(searching, 60).join('\n')).toMatchInlineSnapshot(`
    "1 of 5 waiting, 1 marked in shop at db.example
        WAIT        QUESTION                  SINCE  STATE
    ❯ ◻ 018f3a9c#3  (a message on webhook?)  1m ago  ● waiting
    /pay█
    type to filter · ↑↓ move · enter keep · esc all"
  `)
  expect(pickedWaits(searching).map(({ workflowId }) => workflowId)).toEqual(['refund-7'])
  const kept = press(searching, 'return', 'space', 'a')
  expect(kept.action).toBe('approve')
  expect(pickedWaits(kept)).toHaveLength(2)
  expect(press(searching, 'backspace', 'backspace', 'backspace', 'backspace').isSearching).toBe(false)
  expect(draw(press(searching, 'x'))[1]).toContain('nothing matches')
})

test('keys that mean something in the list are letters in a search', () => {
  const model = press(initialPicker(waits), '/', 'a', 'r', 'q', 'j')
  expect(model).toMatchObject({ search: 'arqj', action: undefined })
})

test('enter alone takes the one under the cursor, and nothing where there is none', () => {
  const model = press(initialPicker(waits), 'end', 'return')
  expect(pickedWaits(model).map(({ workflowId }) => workflowId)).toEqual(['late'])
  expect(draw(model)).toEqual(['open late#3'])
  expect(press(initialPicker(waits), '/', 'x', 'y', 'return', 'return').action).toBeUndefined()
})

test('all of them are marked by one key, and unmarked by the same', () => {
  const all = press(initialPicker(waits), '*')
  expect(all.marked.size).toBe(waits.length)
  expect(press(all, '*').marked.size).toBe(0)
})

test('a long list scrolls, and never outgrows the screen', () => {
  const many = Array.from({ length: 5000 }, (_, index) => waitOf({ workflowId: `order-${index}` }))
  let model = initialPicker(many)
  for (const key of ['down', 'pagedown', 'pagedown', 'end', 'up', 'home', 'down']) {
    model = press(model, key)
    const lines = draw(model, 80, 23)
    expect(lines.length).toBeLessThanOrEqual(23)
    expect(lines.filter((line) => line.startsWith('❯'))).toEqual([
      expect.stringContaining(`order-${model.cursor}#3 `),
    ])
  }
})

test.each([20, 40, 80])(
  'nothing is wider than %i cells or moves the cursor, whatever the texts are',
  (width) => {
    for (const text of hostileTexts) {
      const wait = waitOf({
        workflowId: text,
        name: text,
        prompt: text,
        topic: text,
        request: { [text]: text },
      })
      const events = [{ workflowId: text, key: text, value: text, at: null }]
      const frame = { style: createStyle(0), width, now }
      const model = press(initialPicker([wait, ...waits]), 'space', '/', text)
      for (const line of [
        ...draw(model, width, 20),
        ...draw(press(initialPicker([wait]), 'a'), width),
        ...questionView(wait, events, frame),
      ]) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
        expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
      }
    }
  },
)

test('a question is shown whole, with what came with it and what was published', () => {
  const events: WorkflowEvent[] = [
    { workflowId: 'refund-7', key: 'awaiting:legal', value: {}, at: null },
    { workflowId: 'refund-7', key: 'progress', value: { done: 3, total: 9 }, at: null },
  ]
  const frame = { style: createStyle(0), width: 60, now }
  expect(questionView(waitOf(), events, frame).join('\n')).toMatchInlineSnapshot(`
    "refundWorkflow  refund-7#3
      Refund 300 €?
      for 1m 12s, 23h 00m left, topic legal
      with  order: 7
      with  customer: 山田太郎
      event progress: {done: 3, total: 9}"
  `)
})
