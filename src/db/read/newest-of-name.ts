import { type InSql, pick } from '../tables/define-table.ts'
import { hasNameIndex } from '../tables/name-index.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

type Word = Exclude<keyof InSql<keyof typeof workflowStatus.columns>, 'toString'>

/** How many of the newest workflows, of any name, are looked at where no index has the name. */
export const recentRows = 10_000
/** And of what ran last, whoever waits before it. */
const recentlyRan = 5000

/**
 * SQL for columns of the workflows of the names `$1`, an array, and their name as `wanted`; in any order, some perhaps twice:
 * the newest, and those that ended last, so many of each name. Reads those of any name once, however many names there are.
 */
export async function selectNewestOfNames(
  database: Database,
  words: readonly Word[],
  most: number,
): Promise<string> {
  const { schema } = database
  const w = workflowStatus.in(schema, 'w')
  const wordsOf = [...new Set<Word>([...words, 'createdAt'])]
  const columns = `${pick(w, wordsOf)}, ${w.name} as wanted`
  const ofNames = (rows: string) =>
    `select ${wordsOf.map((word) => `"${word}"`).join(', ')}, wanted from (
       select *, row_number() over (partition by wanted order by "createdAt" desc) as place
       from (${rows}) recent where wanted = any($1)
     ) placed where place <= ${most}`
  // As one of an array, so that only the index on names has the order: a walk by age would not end before a rare name.
  const newest = (await hasNameIndex(database))
    ? `select newest.* from unnest($1::text[]) asked(name) cross join lateral (
         select ${columns} from ${w} where ${w.name} = any(array[asked.name])
         order by ${w.name} desc, ${w.createdAt} desc limit ${most}
       ) newest`
    : ofNames(`select ${columns} from ${w} order by ${w.createdAt} desc limit ${recentRows}`)
  if (!workflowStatus.isIn(schema, 'completedAt')) return newest
  const ended = `select ${columns} from ${w} where ${w.completedAt} is not null
    order by ${w.completedAt} desc limit ${recentlyRan}`
  return `${newest} union all ${ofNames(ended)}`
}

/**
 * SQL for what ran last under some names, as `id`, `name` and `place`, the latest of each name first. `names` is SQL for a set
 * of them: a subquery, or an array after `any`.
 */
export function selectLatestOfNames(schema: SystemSchema, names: string): string {
  const w = workflowStatus.in(schema, 'w')
  return `select *, row_number() over (partition by name order by started desc) as place from (
      select ${pick(w, ['id', 'name'])}, ${w.startedAt} as started from ${w}
      where ${w.startedAt} is not null order by ${w.startedAt} desc limit ${recentlyRan}
    ) recent where name in ${names}`
}
