import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { toList } from '../../core/words/any-of.ts'
import { endedStatuses } from '../../core/workflow.ts'
import type { InSql } from '../tables/define-table.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'

/** The SQL conditions of a filter on `workflow_status w`; what they compare with is added to `parameters`. */
export function filterConditions(
  schema: SystemSchema,
  filter: WorkflowFilter,
  parameters: unknown[],
): string[] {
  const w = workflowStatus.in(schema, 'w')
  const conditions = ['true']
  const add = (value: unknown): string => {
    parameters.push(value)
    return `$${parameters.length}`
  }
  const narrow = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value !== undefined) conditions.push(condition(add(value)))
  }
  const isAmong = (column: string) => (placeholder: string) => `${column} = any(${placeholder}::text[])`
  narrow(toList(filter.status), isAmong(w.status))
  const names = toList(filter.name)
  // Without a dot it is no `Class.name`, and an index on names finds it.
  const mayHaveClass = names?.some((name) => name.includes('.'))
  narrow(names, mayHaveClass ? (placeholder) => isNamed(w, placeholder) : isAmong(w.name))
  narrow(toList(filter.queue), isAmong(w.queue))
  narrow(toList(filter.application), isAmong(w.application))
  narrow(toList(filter.version), isAmong(w.version))
  narrow(toList(filter.executorId), isAmong(w.executorId))
  narrow(toList(filter.parentId), isAmong(w.parentId))
  narrow(toList(filter.schedule), isAmong(w.schedule))
  narrow(toList(filter.user), isAmong(w.user))
  narrow(filter.since?.getTime(), (placeholder) => `${w.createdAt} >= ${placeholder}`)
  narrow(filter.until?.getTime(), (placeholder) => `${w.createdAt} < ${placeholder}`)
  for (const condition of endConditions(schema, filter, add)) conditions.push(condition)
  narrow(filter.dequeuedSince?.getTime(), (placeholder) => `${w.startedAt} >= ${placeholder}`)
  narrow(
    toList(filter.idPrefix),
    (placeholder) =>
      `exists (select from unnest(${placeholder}::text[]) p(start) where starts_with(${w.id}, p.start))`,
  )
  if (filter.hasParent !== undefined)
    conditions.push(`${w.parentId} is ${filter.hasParent ? 'not ' : ''}null`)
  if (filter.isFork !== undefined) conditions.push(`${w.forkedFrom} is ${filter.isFork ? 'not ' : ''}null`)
  const attributes = toList(filter.attributes)?.map(
    (wanted) => `${w.attributes} @> ${add(JSON.stringify(wanted))}::jsonb`,
  )
  if (attributes) conditions.push(`(${['false', ...attributes].join(' or ')})`)
  narrow(toList(filter.search)?.map(likePattern), (placeholder) => searched(schema, placeholder))
  return conditions
}

/** The index on the time of the end serves where it is asked for alone; before SDK 4.20 the last update of an ended workflow is its end. */
function endConditions(
  schema: SystemSchema,
  { endedSince, endedUntil, longerThanMs }: WorkflowFilter,
  add: (value: unknown) => string,
): string[] {
  const w = workflowStatus.in(schema, 'w')
  const ended = `${w.status} in (${endedStatuses.map((status) => `'${status}'`).join(', ')})`
  const updated = `case when ${ended} then ${w.updatedAt} end`
  const hasEnd = workflowStatus.isIn(schema, 'completedAt')
  const end = `coalesce(${w.completedAt}, ${updated})`
  const nowMs = '(extract(epoch from clock_timestamp()) * 1000)::bigint'
  return [
    ...(endedSince ? [`${hasEnd ? w.completedAt : updated} >= ${add(endedSince.getTime())}`] : []),
    ...(endedUntil ? [`${end} < ${add(endedUntil.getTime())}`] : []),
    ...(longerThanMs === undefined
      ? []
      : [`coalesce(${end}, ${nowMs}) - ${w.createdAt} > ${add(longerThanMs)}::bigint`]),
  ]
}

/** `name`, or `Class.name` as it is printed. `names` is SQL for an array of texts. */
export function isNamed(
  { name, className }: Pick<InSql<'name' | 'className'>, 'name' | 'className'>,
  names: string,
): string {
  return `(${name} = any(${names}::text[])
    or (${className} <> '' and ${className} || '.' || ${name} = any(${names}::text[])))`
}

/** SDK 5.0 moved the payloads to tables of their own; the old columns stay. */
function searched(schema: SystemSchema, placeholder: string): string {
  const w = workflowStatus.in(schema, 'w')
  const i = workflowInput.in(schema, 'i')
  const o = workflowOutput.in(schema, 'o')
  const holdsAny = (...columns: string[]) =>
    columns.map((column) => `${column} ilike any(${placeholder}::text[])`).join(' or ')
  const found = [
    ...(workflowInput.isIn(schema)
      ? [`exists (select from ${i} where ${i.workflowId} = ${w.id} and (${holdsAny(i.inputs)}))`]
      : []),
    ...(workflowOutput.isIn(schema)
      ? [`exists (select from ${o} where ${o.workflowId} = ${w.id} and (${holdsAny(o.output, o.error)}))`]
      : []),
    holdsAny(w.inputs, w.output, w.error),
  ]
  return `(${found.join(' or ')})`
}

function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}
