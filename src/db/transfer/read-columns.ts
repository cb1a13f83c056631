import type pg from 'pg'
import type { Row } from '../connection/connect.ts'
import type { Table } from '../tables/define-table.ts'
import type { SystemSchema } from '../tables/schema.ts'

/** Of a column that is there. */
export interface ColumnFacts {
  /** Such as `bigint`. */
  readonly type: string
  /** SQL of what stands there where a row says nothing; undefined where it may stay empty. */
  readonly otherwise: string | undefined
}

function otherwiseOf(type: string, byDefault: unknown): string | undefined {
  if (typeof byDefault === 'string') return `(${byDefault})::${type}`
  return type === 'text' ? leftOut : undefined
}

/** What an export without payloads leaves where there must be something. */
const leftOut = `'"[left out]"'`

/** By the words that drover has for them. */
export async function readColumns(
  client: pg.ClientBase,
  schema: SystemSchema,
  table: Table<string>,
): Promise<ReadonlyMap<string, ColumnFacts>> {
  const { rows } = await client.query<Row>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as is_needed,
       pg_get_expr(d.adbin, d.adrelid) as by_default
     from pg_attribute a
     join pg_class c on c.oid = a.attrelid
     join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped`,
    [schema.name, table.table],
  )
  const factsByName = new Map(
    rows.map(({ name, type, is_needed, by_default }) => [
      String(name),
      {
        type: String(type),
        otherwise: is_needed === true ? otherwiseOf(String(type), by_default) : undefined,
      },
    ]),
  )
  return new Map(
    Object.entries(table.columns).flatMap(([word, column]) => {
      const facts = factsByName.get(column)
      return facts ? [[word, facts] as const] : []
    }),
  )
}
