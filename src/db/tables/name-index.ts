import type { Database } from './system-database.ts'
import { workflowStatus } from './workflow-status.ts'

const { name, createdAt } = workflowStatus.columns
const indexName = 'drover_workflow_status_name'

/** SQL: whether an index finds the newest workflows of a name; DBOS makes none. `$1` is the schema. */
export const selectNameIndex = `exists(
  select from pg_index x
  join pg_class c on c.oid = x.indrelid and c.relname = '${workflowStatus.table}'
  join pg_namespace n on n.oid = c.relnamespace and n.nspname = $1
  join pg_attribute first on first.attrelid = c.oid and first.attnum = x.indkey[0]
  join pg_attribute second on second.attrelid = c.oid and second.attnum = x.indkey[1]
  where x.indisvalid and x.indpred is null and first.attname = '${name}' and second.attname = '${createdAt}')`

export async function hasNameIndex({ session, schema }: Database): Promise<boolean> {
  const [row] = await session.query(`select ${selectNameIndex} as found`, [schema.name])
  return row?.found === true
}

/** SQL that makes it; `concurrently` holds nobody up, and cannot be in a transaction. */
export function createNameIndex(
  { schema }: Pick<Database, 'schema'>,
  { concurrently }: { readonly concurrently: boolean },
): string {
  return `create index${concurrently ? ' concurrently' : ''} if not exists ${indexName} on ${workflowStatus.in(schema)} (${name}, ${createdAt})`
}
