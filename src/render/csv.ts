import type { Column } from './table.ts'

/**
 * RFC 4180, a record in each piece: full values, whatever is in them; one with a line break has several lines. What a
 * spreadsheet would calculate has an apostrophe before it.
 */
export function renderCsv<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  headers: boolean,
): string[] {
  const records = rows.map((row) => toRecord(columns.map(({ value }) => value(row))))
  return headers ? [toRecord(columns.map(({ title }) => title)), ...records] : records
}

function toRecord(values: readonly string[]): string {
  return values.map(asText).map(quote).join(',')
}

const formula = /^\s*[=+\-@＝＋－＠]./su
const number = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

function asText(value: string): string {
  return formula.test(value) && !number.test(value) ? `'${value}` : value
}

function quote(value: string): string {
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}
