import type { TableNames } from './schema.ts'

/**
 * A table of DBOS's in SQL. With `w` of `workflowStatus.in(schema, 'w')`, `${w}` is the table with its alias and `${w.version}` its
 * column `w.application_version`, or `null` where these tables have no such column. Without an alias both stand alone.
 */
export type InSql<Column extends string> = Readonly<Record<Column, string>> & { toString(): string }

/** For each column a value in SQL. */
export type SqlValues<Column extends string> = { readonly [Word in Column]?: string }

export interface Table<Column extends string> {
  /** As DBOS calls it. */
  readonly table: string
  /** As DBOS calls them, by the words that drover has for them. */
  readonly columns: Readonly<Record<Column, string>>
  in(schema: TableNames, alias?: string): InSql<Column>
  /** SQL of the assignments of an `update` to values in SQL, as far as the columns are there. */
  set(schema: TableNames, values: SqlValues<Column>): string
  /** SQL of the names and of the values of an `insert … select`, as far as the columns are there. */
  insert(schema: TableNames, values: SqlValues<Column>): { readonly names: string; readonly values: string }
  /** Whether the table is there, and this column of it. */
  isIn(schema: TableNames, column?: Column): boolean
}

/**
 * `always` are the columns of every version that drover reads, `sometimes` those that came later. The only place where a
 * column has the name that DBOS gave it is the file of its table.
 */
export function defineTable<Always extends string, Sometimes extends string = never>(
  table: string,
  always: Readonly<Record<Always, string>>,
  sometimes: Readonly<Record<Sometimes, string>> = {} as Readonly<Record<Sometimes, string>>,
): Table<Always | Sometimes> {
  const columns = { ...always, ...sometimes } as Readonly<Record<Always | Sometimes, string>>
  const present = (schema: TableNames, values: SqlValues<Always | Sometimes>) =>
    Object.entries<string | undefined>(values).flatMap(([word, value]) => {
      const column = columns[word as Always | Sometimes]
      return value !== undefined && schema.has(table, column) ? [[quote(column), value] as const] : []
    })
  return {
    table,
    columns,
    in: (schema, alias) => {
      const of = (column: string) => (alias === undefined ? quote(column) : `${alias}.${quote(column)}`)
      const names = Object.entries<string>(columns).map(([word, column]) => {
        const isThere = word in always || schema.has(table, column)
        return [word, isThere ? of(column) : 'null']
      })
      const text = alias === undefined ? schema.table(table) : `${schema.table(table)} ${alias}`
      return Object.defineProperty(Object.fromEntries(names), 'toString', { value: () => text })
    },
    set: (schema, values) =>
      present(schema, values)
        .map(([column, value]) => `${column} = ${value}`)
        .join(', '),
    insert: (schema, values) => {
      const found = present(schema, values)
      return {
        names: found.map(([column]) => column).join(', '),
        values: found.map(([, value]) => value).join(', '),
      }
    },
    isIn: (schema, column) => schema.has(table, column && columns[column]),
  }
}

/** Of the columns of DBOS only this one has a name that Postgres reserves. */
function quote(column: string): string {
  return column === 'offset' ? '"offset"' : column
}

/** A row of which these columns were read with `pick`. */
export type Picked<Column extends string> = { readonly [Word in Column]?: unknown }

/** SQL to select columns under the words that drover has for them. */
export function pick<Column extends string>(from: InSql<Column>, words: readonly Column[]): string {
  return words.map((word) => `${from[word]} as "${word}"`).join(', ')
}
