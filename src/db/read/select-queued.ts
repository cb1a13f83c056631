import type { WorkflowQuery } from '../../core/store.ts'
import { toList } from '../../core/words/any-of.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** So many of a status are simply sorted. */
const few = 1000
/** Of more the page is looked for among so many of any status first, the nearest in its order. */
const look = 10_000

interface Page {
  readonly columns: string
  /** SQL conditions on `workflow_status w`: all of the query, those of its status alone, and those of its times. */
  readonly conditions: readonly string[]
  readonly status: readonly string[]
  readonly times: readonly string[]
  readonly direction: 'asc' | 'desc'
  readonly limit: string
}

/**
 * Those that wait have an index of their own in which they do not stand by their age, so that Postgres guesses: whether it is
 * less work to sort them all, or to walk through all workflows by age until enough of them came by. Where it is wrong, a
 * page reads a thousand times what it shows.
 */
export function isByGuess({ limit, order, after, since, until, status, ...others }: WorkflowQuery): boolean {
  const statuses = toList(status) ?? []
  return (
    statuses.length === 1 &&
    statuses.every((one) => one === 'ENQUEUED' || one === 'DELAYED') &&
    Object.values(others).every((value) => value === undefined)
  )
}

/** SQL for a page of those: it counts first, and leaves the guess to what is neither few nor near. */
export function selectQueued(
  schema: SystemSchema,
  { columns, conditions, status, times, direction, limit }: Page,
): string {
  const w = workflowStatus.in(schema, 'w')
  const isThere = conditions.join(' and ')
  const order = `${w.createdAt} ${direction}, ${w.id} ${direction}`
  // Of a sum there is no index: they are sorted.
  const sorted = `${w.createdAt} + 0 ${direction}, ${w.id} ${direction}`
  return `(with counted as materialized (
      select count(*) > ${few} as are_many from (
        select from ${w} where ${status.join(' and ')} limit ${few + 1}
      ) of_status
    ),
    near as materialized (
      select ${columns} from (
        select * from ${w} where ${times.join(' and ')} order by ${order} limit ${look}
      ) w
      where (select are_many from counted) and ${isThere} limit ${limit}
    ),
    done as materialized (select not are_many as are_few, (select count(*) from near) = ${limit} as are_near from counted)
    (select ${columns} from ${w} where (select are_few from done) and ${isThere} order by ${sorted} limit ${limit})
    union all
    select * from near where (select are_near from done)
    union all
    (select ${columns} from ${w} where (select not are_few and not are_near from done) and ${isThere}
      order by ${order} limit ${limit}))`
}
