import type { Row } from '../connection/connect.ts'

/** A page holds not much more text than this, so that values of megabytes do not add up to gigabytes. */
export const usualPageBytes = 4_000_000
const maxBytesPerCharacter = 4

export interface PageLimits {
  readonly rows: number
  readonly bytes: number
}

interface PageQuery {
  /** SQL that gives the rows, of any number; it ends with its conditions. */
  readonly rows: string
  /** What is handed out of them; by default also what they weigh. */
  readonly columns?: string
  /** The number in `rows` by which they are sorted; rows that share it stay together when large ones are left out. */
  readonly order: string
  /** The columns of `rows` that may be large. */
  readonly weighed: readonly string[]
  readonly limit: number
  /** A little less than `usualPageBytes` where many read side by side. */
  readonly bytes?: number
}

/**
 * SQL for the first `limit` rows, fewer when they are large, but one at least. Postgres takes the sizes from the headers
 * of the values: what is not handed out is not even read.
 */
export function selectPage({
  rows,
  columns = '*',
  order,
  weighed,
  limit,
  bytes = usualPageBytes,
}: PageQuery): string {
  const weight = weighed.map((column) => `coalesce(octet_length(${column}), 0)`).join(' + ')
  return `select ${columns} from (
      select *, sum(${weight}) over (order by ${order} range between unbounded preceding and 1 preceding) as page_before
      from (${rows} order by ${order} limit ${limit}) page
    ) weighed where coalesce(page_before, 0) < ${bytes} order by ${order}`
}

/** True when there may be more rows than this page holds. */
export function isPartialPage(rows: readonly Row[], weighed: readonly string[], limits: PageLimits): boolean {
  if (rows.length >= limits.rows) return true
  let characters = 0
  for (const row of rows) for (const column of weighed) characters += String(row[column] ?? '').length
  return characters * maxBytesPerCharacter >= limits.bytes
}
