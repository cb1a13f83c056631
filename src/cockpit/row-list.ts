/** Rows under a cursor, narrowed by a search. */
export interface RowList<Row> {
  readonly rows: readonly Row[]
  readonly search: string
  /** What the search leaves of them. */
  readonly shown: readonly Row[]
  /** A place in `shown`. */
  readonly cursor: number
}

/** How rows are told apart, and in which of their texts a search looks. */
export interface RowKind<Row> {
  idOf(row: Row): string
  textsOf(row: Row): readonly (string | null | undefined)[]
}

export function emptyList<Row>(): RowList<Row> {
  return { rows: [], search: '', shown: [], cursor: 0 }
}

/**
 * Other rows: the cursor stays on its row, or where that was. At the first place it stays for what is new, unless it `holds`:
 * where a key chooses, nothing else may come below it in that moment.
 */
export function withRows<Row extends object>(
  list: RowList<Row>,
  rows: readonly Row[],
  kind: RowKind<Row>,
  holds = false,
): RowList<Row> {
  if (rows === list.rows) return list
  const shown = narrow(rows, list.search, kind)
  return { ...list, rows, shown, cursor: placeOf(list, shown, kind, holds) }
}

export function withSearch<Row extends object>(
  list: RowList<Row>,
  search: string,
  kind: RowKind<Row>,
): RowList<Row> {
  // What a longer word finds is among what the shorter one found.
  const among = list.search !== '' && search.startsWith(list.search) ? list.shown : list.rows
  const shown = narrow(among, search, kind)
  return { ...list, search, shown, cursor: placeOf(list, shown, kind) }
}

function narrow<Row extends object>(
  rows: readonly Row[],
  search: string,
  kind: RowKind<Row>,
): readonly Row[] {
  const wanted = search.toLowerCase()
  return wanted === '' ? rows : rows.filter((row) => searchedText(row, kind).includes(wanted))
}

/** Of ten thousand rows it is made once, not at each key. */
const searchedTexts = new WeakMap<object, string>()

function searchedText<Row extends object>(row: Row, kind: RowKind<Row>): string {
  const known = searchedTexts.get(row)
  if (known !== undefined) return known
  const text = kind.textsOf(row).join('\n').toLowerCase()
  searchedTexts.set(row, text)
  return text
}

function placeOf<Row>(
  list: RowList<Row>,
  shown: readonly Row[],
  { idOf }: RowKind<Row>,
  holds = false,
): number {
  const current = currentRow(list)
  const last = Math.max(0, shown.length - 1)
  if (current === undefined || (list.cursor === 0 && !holds)) return Math.min(list.cursor, last)
  const id = idOf(current)
  // Most often nothing moved.
  const same = shown[list.cursor]
  if (same !== undefined && idOf(same) === id) return list.cursor
  const place = shown.findIndex((row) => idOf(row) === id)
  return place < 0 ? Math.min(list.cursor, last) : place
}

export function currentRow<Row>({ shown, cursor }: RowList<Row>): Row | undefined {
  return shown[cursor]
}

export function moveCursor<Row>(list: RowList<Row>, by: number): RowList<Row> {
  const last = Math.max(0, list.shown.length - 1)
  return { ...list, cursor: Math.min(last, Math.max(0, list.cursor + by)) }
}

/** The first of the rows that are on a screen with room for so many. */
export function firstVisible(
  { cursor, shown }: Pick<RowList<unknown>, 'cursor' | 'shown'>,
  room: number,
): number {
  return Math.min(Math.max(0, cursor - Math.floor(room / 2)), Math.max(0, shown.length - room))
}
