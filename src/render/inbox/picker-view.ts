import { waitId } from '../../core/decide/wait-id.ts'
import type { Key } from '../../terminal/terminal.ts'
import type { Viewport } from '../gutter.ts'
import { renderTable } from '../table.ts'
import { displayWidth, escapeName, truncate } from '../text.ts'
import { type WaitRow, waitColumns } from './wait-columns.ts'

export interface PickerModel<Row extends WaitRow = WaitRow> {
  readonly waits: readonly Row[]
  /** How many there are with those that are too new to be in the list. */
  readonly total: number
  /** A place among those that the search leaves. */
  readonly cursor: number
  /** Ids of the marked ones; they stay marked while a search hides them. */
  readonly marked: ReadonlySet<string>
  readonly search: string
  readonly isSearching: boolean
  readonly action: PickerAction | undefined
  /** Of the connection: one sentence, until there is news. */
  readonly notice?: string
}

type PickerAction = 'open' | 'approve' | 'reject' | 'leave'

export function initialPicker<Row extends WaitRow>(
  waits: readonly Row[],
  total = waits.length,
): PickerModel<Row> {
  return { waits, total, cursor: 0, marked: new Set(), search: '', isSearching: false, action: undefined }
}

/** The waits as they are now: search and marks stay, and the cursor stays on its wait, or goes to the next that is left. */
export function renewPicker<Row extends WaitRow>(
  before: PickerModel<Row>,
  waits: readonly Row[],
  total: number,
): PickerModel<Row> {
  const ids = new Set(waits.map(waitId))
  const marked = new Set([...before.marked].filter((id) => ids.has(id)))
  const model = { ...before, waits, total, marked, action: undefined, notice: undefined }
  const places = new Map(shownWaits(model).map((wait, place) => [waitId(wait), place]))
  const next = shownWaits(before)
    .slice(before.cursor)
    .find((wait) => places.has(waitId(wait)))
  return move({ ...model, cursor: next ? (places.get(waitId(next)) ?? 0) : before.cursor }, 0)
}

/** What was decided leaves the cursor, and the marks. */
export function pastDecided<Row extends WaitRow>(
  model: PickerModel<Row>,
  decided: readonly Row[],
): PickerModel<Row> {
  const ids = new Set(decided.map(waitId))
  const marked = new Set([...model.marked].filter((id) => !ids.has(id)))
  const shown = shownWaits(model)
  const isOpen = (wait: Row) => !ids.has(waitId(wait)) && wait.state !== 'answered'
  const next = shown.findIndex((wait, place) => place >= model.cursor && isOpen(wait))
  return { ...model, marked, cursor: next < 0 ? Math.max(0, shown.findLastIndex(isOpen)) : next }
}

/** What an action is about: the marked ones, else the one under the cursor. */
export function pickedWaits<Row extends WaitRow>(model: PickerModel<Row>): readonly Row[] {
  if (model.marked.size > 0) return model.waits.filter((wait) => model.marked.has(waitId(wait)))
  return shownWaits(model).slice(model.cursor, model.cursor + 1)
}

const pageRows = 10
const moveByKey: Readonly<Record<string, number>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -pageRows,
  pagedown: pageRows,
  home: Number.NEGATIVE_INFINITY,
  end: Number.POSITIVE_INFINITY,
}
const actionByKey: Readonly<Record<string, PickerAction>> = {
  return: 'open',
  a: 'approve',
  r: 'reject',
  q: 'leave',
}

export function updatePicker<Row extends WaitRow>(model: PickerModel<Row>, key: Key): PickerModel<Row> {
  if (key.ctrl) return model
  const isMove = moveByKey[key.name] !== undefined && (!model.isSearching || key.name.length > 1)
  if (isMove) return move(model, moveByKey[key.name] ?? 0)
  if (key.name === 'escape') return stepBack(model)
  if (model.isSearching) return updateSearch(model, key)
  if (key.char === '/') return { ...model, isSearching: true }
  if (key.char === '*') return markAll(model)
  if (key.name === 'space' || key.name === 'tab' || key.char === ' ') return mark(model)
  const action = actionByKey[key.name]
  const isIdle = action === undefined || (action !== 'leave' && pickedWaits(model).length === 0)
  return isIdle ? model : { ...model, action }
}

/** Out of a search, and else out of the list. */
function stepBack<Row extends WaitRow>(model: PickerModel<Row>): PickerModel<Row> {
  if (!model.isSearching && model.search === '') return { ...model, action: 'leave' }
  return renewPicker({ ...model, search: '', isSearching: false }, model.waits, model.total)
}

function updateSearch<Row extends WaitRow>(model: PickerModel<Row>, { name, char }: Key): PickerModel<Row> {
  const { search } = model
  const find = (text: string) => ({ ...model, search: text, cursor: 0 })
  if (name === 'return' || name === 'tab') return { ...model, isSearching: false }
  if (name === 'backspace')
    return search === '' ? { ...model, isSearching: false } : find(search.slice(0, -1))
  return char !== undefined && /^[^\p{Cc}]+$/u.test(char) ? find(search + char) : model
}

function move<Row extends WaitRow>(model: PickerModel<Row>, by: number): PickerModel<Row> {
  const last = Math.max(0, shownWaits(model).length - 1)
  return { ...model, cursor: Math.min(last, Math.max(0, model.cursor + by)) }
}

/** Marks or unmarks, and goes on to the next one. */
function mark<Row extends WaitRow>(model: PickerModel<Row>): PickerModel<Row> {
  const wait = shownWaits(model)[model.cursor]
  if (!wait) return model
  const marked = new Set(model.marked)
  if (!marked.delete(waitId(wait))) marked.add(waitId(wait))
  return move({ ...model, marked }, 1)
}

/** All that are shown, or none where all of them are. */
function markAll<Row extends WaitRow>(model: PickerModel<Row>): PickerModel<Row> {
  const ids = shownWaits(model).map(waitId)
  const isFull = ids.every((id) => model.marked.has(id))
  return { ...model, marked: new Set(isFull ? [] : [...model.marked, ...ids]) }
}

function shownWaits<Row extends WaitRow>({ waits, search }: PickerModel<Row>): readonly Row[] {
  const wanted = search.toLowerCase()
  if (wanted === '') return waits
  return waits.filter((wait) =>
    [waitId(wait), wait.name, wait.prompt, wait.topic].some((text) => text?.toLowerCase().includes(wanted)),
  )
}

/** Columns keep their widths while the cursor stays among as many rows. */
const measuredRows = 200

/** The list with a cursor, marks and what the keys do, in at most `height` lines. */
export function pickerView(model: PickerModel, database: string, frame: Viewport, height: number): string[] {
  const { style, width } = frame
  const shown = shownWaits(model)
  if (model.action !== undefined) return [closingLine(model, frame)]
  const counts = [
    `${shown.length === model.total ? '' : `${shown.length} of `}${model.total} waiting`,
    ...(model.marked.size > 0 ? [`${model.marked.size} marked`] : []),
  ]
  const title = truncate(escapeName(`${counts.join(', ')} in ${database}`), width)
  const search = model.isSearching || model.search !== '' ? [searchLine(model, frame)] : []
  const legend = shown.some(({ state }) => state === 'answered')
    ? [style.faint(truncate('✓ answered: not read yet', width))]
    : []
  const notice = model.notice === undefined ? [] : [style.warning(truncate(model.notice, width))]
  const help = helpLines(model, width).map(style.faint)
  const room = Math.max(1, height - 2 - [...search, ...legend, ...notice, ...help].length)
  return [
    style.strong(title),
    ...listLines(model, shown, frame, room),
    ...legend,
    ...notice,
    ...search,
    ...help,
  ]
}

function listLines(
  { cursor, marked, waits }: PickerModel,
  shown: readonly WaitRow[],
  frame: Viewport,
  room: number,
): string[] {
  const { style, width } = frame
  if (shown.length === 0) {
    const text = waits.length > 0 ? 'nothing matches' : 'nothing waits any more; what comes appears here'
    return [style.faint(truncate(`    ${text}`, width))]
  }
  const first = Math.min(Math.max(0, cursor - Math.floor(room / 2)), Math.max(0, shown.length - room))
  const chunkStart = Math.max(0, first - (first % measuredRows))
  const chunk = shown.slice(chunkStart, chunkStart + measuredRows + room)
  const [header = '', ...rows] = renderTable(waitColumns, chunk, { ...frame, width: Math.max(1, width - 4) })
  const lines = rows.slice(first - chunkStart, first - chunkStart + room).map((row, index) => {
    const place = first + index
    const wait = shown[place]
    const box = wait && marked.has(waitId(wait)) ? '◼' : '◻'
    return place === cursor ? `${style.accent('❯')} ${style.accent(box)} ${row}` : `  ${box} ${row}`
  })
  return [`    ${header}`, ...lines]
}

function searchLine({ search, isSearching }: PickerModel, { style, width }: Viewport): string {
  const text = truncate(escapeName(`/${search}${isSearching ? '█' : ''}`), width)
  return isSearching ? style.accent(text) : style.faint(text)
}

/** Whole words only, on as many lines as they need. */
function helpLines({ isSearching }: PickerModel, width: number): string[] {
  const keys = isSearching
    ? ['type to filter', '↑↓ move', 'enter keep', 'esc all']
    : ['↑↓ move', 'space mark', '* all', '/ filter', 'enter open', 'a approve', 'r reject', 'q leave']
  const lines: string[] = []
  for (const key of keys) {
    const line = lines.at(-1)
    const longer = line === undefined ? key : `${line} · ${key}`
    if (line !== undefined && displayWidth(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(key)
  }
  return lines.map((line) => truncate(line, width))
}

/** What stays in the scrollback. */
function closingLine(model: PickerModel, { style, width }: Viewport): string {
  if (model.action === 'leave') return ''
  const ids = pickedWaits(model).map(waitId)
  return style.faint(truncate(escapeName(`${model.action} ${ids.join(', ')}`), width))
}
