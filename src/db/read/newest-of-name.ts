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
 * SQL for columns of the workflows of the name `$1`, in any order, some perhaps twice: the newest, and those that ended last.
 * Never reads more than so many rows, whatever the name.
 */
export async function selectNewestOfName(
  database: Database,
  words: readonly Word[],
  most: number,
): Promise<string> {
  const { schema } = database
  const w = workflowStatus.in(schema, 'w')
  const columns = pick(w, [...new Set<Word>([...words, 'createdAt'])])
  const ofName = (rows: string) =>
    `(select * from (${rows}) recent where wanted = $1 order by "createdAt" desc limit ${most})`
  const newest = (await hasNameIndex(database))
    ? `(select ${columns}, ${w.name} as wanted from ${w} where ${w.name} = $1 order by ${w.createdAt} desc limit ${most})`
    : ofName(
        `select ${columns}, ${w.name} as wanted from ${w} order by ${w.createdAt} desc limit ${recentRows}`,
      )
  if (!workflowStatus.isIn(schema, 'completedAt')) return newest
  const ended = `select ${columns}, ${w.name} as wanted from ${w} where ${w.completedAt} is not null
    order by ${w.completedAt} desc limit ${recentlyRan}`
  return `${newest} union all ${ofName(ended)}`
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
