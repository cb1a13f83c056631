import type { WorkflowFilter } from '../core/workflow-filter.ts'
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
  const equals = (column: string) => (placeholder: string) =>
    `${schema.column('workflow_status', column, 'w')} = ${placeholder}`
  narrow(filter.status, (placeholder) => `w.status = any(${placeholder})`)
  narrow(filter.name, equals('name'))
  narrow(filter.queue, equals('queue_name'))
  narrow(filter.application, equals('application_name'))
  narrow(filter.version, equals('application_version'))
  narrow(filter.executorId, equals('executor_id'))
  narrow(filter.parentId, equals('parent_workflow_id'))
  narrow(filter.schedule, equals('schedule_name'))
  narrow(filter.user, equals('authenticated_user'))
  narrow(filter.since?.getTime(), (placeholder) => `w.created_at >= ${placeholder}`)
  narrow(filter.until?.getTime(), (placeholder) => `w.created_at < ${placeholder}`)
  narrow(
    filter.endedBefore?.getTime(),
    // Before SDK 4.20 the last update of an ended workflow is its end.
    (placeholder) =>
      `coalesce(${schema.column('workflow_status', 'completed_at', 'w')}, w.updated_at) < ${placeholder}`,
  )
  narrow(
    filter.attributes && JSON.stringify(filter.attributes),
    (placeholder) => `${schema.column('workflow_status', 'attributes', 'w')} @> ${placeholder}::jsonb`,
  )
  narrow(filter.search && likePattern(filter.search), (placeholder) => searched(schema, placeholder))
  return conditions
}

/** SDK 5.0 moved the payloads to tables of their own; the old columns stay. */
function searched(schema: SystemSchema, placeholder: string): string {
  const inTable = (table: string, columns: readonly string[]): string[] =>
    schema.has(table)
      ? [
          `exists (select from ${schema.table(table)} p where p.workflow_uuid = w.workflow_uuid
             and (${columns.map((column) => `p.${column} ilike ${placeholder}`).join(' or ')}))`,
        ]
      : []
  const found = [
    ...inTable('workflow_input', ['inputs']),
    ...inTable('workflow_output', ['output', 'error']),
    ...['inputs', 'output', 'error'].map(
      (column) => `${schema.column('workflow_status', column, 'w')} ilike ${placeholder}`,
    ),
  ]
  return `(${found.join(' or ')})`
}

function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}
