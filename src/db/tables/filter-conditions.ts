import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { toList } from '../../core/words/any-of.ts'
import type { SystemSchema } from './schema.ts'

/** The SQL conditions of a filter on `workflow_status w`; what they compare with is added to `parameters`. */
export function filterConditions(
  schema: SystemSchema,
  filter: WorkflowFilter,
  parameters: unknown[],
): string[] {
  const conditions = ['true']
  const narrow = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value === undefined) return
    parameters.push(value)
    conditions.push(condition(`$${parameters.length}`))
  }
  const isAmong = (column: string) => (placeholder: string) =>
    `${schema.column('workflow_status', column, 'w')} = any(${placeholder}::text[])`
  narrow(toList(filter.status), isAmong('status'))
  narrow(toList(filter.name), (placeholder) => isNamed('w', placeholder))
  narrow(toList(filter.queue), isAmong('queue_name'))
  narrow(toList(filter.application), isAmong('application_name'))
  narrow(toList(filter.version), isAmong('application_version'))
  narrow(toList(filter.executorId), isAmong('executor_id'))
  narrow(toList(filter.parentId), isAmong('parent_workflow_id'))
  narrow(toList(filter.schedule), isAmong('schedule_name'))
  narrow(toList(filter.user), isAmong('authenticated_user'))
  narrow(filter.since?.getTime(), (placeholder) => `w.created_at >= ${placeholder}`)
  narrow(filter.until?.getTime(), (placeholder) => `w.created_at < ${placeholder}`)
  narrow(
    filter.endedBefore?.getTime(),
    // Before SDK 4.20 the last update of an ended workflow is its end.
    (placeholder) =>
      `coalesce(${schema.column('workflow_status', 'completed_at', 'w')}, w.updated_at) < ${placeholder}`,
  )
  const attributes = toList(filter.attributes)?.map((wanted) => {
    parameters.push(JSON.stringify(wanted))
    return `${schema.column('workflow_status', 'attributes', 'w')} @> $${parameters.length}::jsonb`
  })
  if (attributes) conditions.push(`(${['false', ...attributes].join(' or ')})`)
  narrow(toList(filter.search)?.map(likePattern), (placeholder) => searched(schema, placeholder))
  return conditions
}

/** `name`, or `Class.name` as it is printed. `names` is SQL for an array of texts. */
export function isNamed(table: string, names: string): string {
  return `(${table}.name = any(${names}::text[])
    or (${table}.class_name <> '' and ${table}.class_name || '.' || ${table}.name = any(${names}::text[])))`
}

/** SDK 5.0 moved the payloads to tables of their own; the old columns stay. */
function searched(schema: SystemSchema, placeholder: string): string {
  const inTable = (table: string, columns: readonly string[]): string[] =>
    schema.has(table)
      ? [
          `exists (select from ${schema.table(table)} p where p.workflow_uuid = w.workflow_uuid
             and (${columns.map((column) => `p.${column} ilike any(${placeholder}::text[])`).join(' or ')}))`,
        ]
      : []
  const found = [
    ...inTable('workflow_input', ['inputs']),
    ...inTable('workflow_output', ['output', 'error']),
    ...['inputs', 'output', 'error'].map(
      (column) => `${schema.column('workflow_status', column, 'w')} ilike any(${placeholder}::text[])`,
    ),
  ]
  return `(${found.join(' or ')})`
}

function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}
