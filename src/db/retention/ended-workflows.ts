import type { RetentionPlace } from '../../core/manage/retention.ts'
import { endedStatuses } from '../../core/workflow.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

const ended = endedStatuses.map((status) => `'${status}'`).join(', ')
const active = `'PENDING', 'ENQUEUED', 'DELAYED'`

/** SQL of one kind of workflows that have ended: of `w`, and by which column they are in order. */
export interface EndedKind {
  readonly by: RetentionPlace['by']
  readonly column: string
  readonly isEnded: string
}

/** Those that tell when they ended, by an index; and those of an SDK before 4.20, which wrote no end. */
export function endedKinds(schema: SystemSchema): readonly EndedKind[] {
  const w = workflowStatus.in(schema, 'w')
  const hasEnd = workflowStatus.isIn(schema, 'completedAt')
  const isEnded = `${w.status} in (${ended})`
  return [
    ...(hasEnd
      ? [
          {
            by: 'end' as const,
            column: w.completedAt,
            isEnded: `${w.completedAt} is not null and ${isEnded}`,
          },
        ]
      : []),
    {
      by: 'update',
      column: w.updatedAt,
      isEnded: hasEnd ? `${w.completedAt} is null and ${isEnded}` : isEnded,
    },
  ]
}

/** SQL: nothing that goes on has started it, and may ask for its result. */
export function isNobodysChild(schema: SystemSchema): string {
  const w = workflowStatus.in(schema, 'w')
  const p = workflowStatus.in(schema, 'p')
  return `not exists (select from ${p} where ${p.id} = ${w.parentId} and ${p.status} in (${active}))`
}
