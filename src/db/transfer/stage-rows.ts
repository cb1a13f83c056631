import type pg from 'pg'
import type { Row } from '../connection/connect.ts'
import type { Table } from '../tables/define-table.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { readColumns } from './read-columns.ts'
import { transferParts, wordsOf, workflowPayloads, workflowWords } from './transfer-parts.ts'

/** One pass over what arrived: which kind of line it is, and its row. */
export async function separateLines(client: pg.ClientBase): Promise<void> {
  await client.query(
    `create temp table import_rows on commit drop as
       select line->>'type' as type, line->'row' as row, (line->>'workflows')::bigint as told from import_lines;
     drop table import_lines`,
  )
}

/**
 * Makes a temporary table of each kind, with the columns of these tables, and `import_ids`: under which id each comes in, and
 * as what. Resolves to what these tables have no column for, a sentence each.
 */
export async function stageRows(
  client: pg.ClientBase,
  schema: SystemSchema,
  newIds: boolean,
): Promise<string[]> {
  const status = workflowStatus as unknown as Table<string>
  const lost = await stage(client, schema, { type: 'workflow', table: status, words: workflowWords })
  for (const { type, table } of transferParts)
    lost.push(...(await stage(client, schema, { type, table, words: wordsOf(table) })))
  await client.query(createIds(schema, newIds))
  for (const { type } of transferParts) lost.push(...(await findStrays(client, type)))
  return lost
}

/** Rows of a workflow that did not come with them go nowhere. */
async function findStrays(client: pg.ClientBase, type: string): Promise<string[]> {
  const { rows } = await client.query<Row>(
    `select count(*) as count from ${stagedAs(type)} r
     where not exists (select from import_ids i where i.id = r."workflowId")`,
  )
  const count = Number(rows[0]?.count)
  if (count === 0) return []
  const [verb, name] = count === 1 ? ['belongs', 'row'] : ['belong', 'rows']
  return [`${count} ${name} of type ${type} ${verb} to no workflow of the export: left out.`]
}

/** The temporary table with the rows of this type. */
export function stagedAs(type: string): string {
  return `import_${type.replaceAll('-', '_')}`
}

interface Staging {
  readonly type: string
  readonly table: Table<string>
  readonly words: readonly string[]
}

async function stage(
  client: pg.ClientBase,
  schema: SystemSchema,
  { type, table, words }: Staging,
): Promise<string[]> {
  const columns = await readColumns(client, schema, table)
  const typeOf = (word: string): string => columns.get(word)?.type ?? 'text'
  const record = words.map((word) => `"${word}" ${typeOf(word)}`).join(', ')
  await client.query(
    `create temp table ${stagedAs(type)} on commit drop as
       select r.* from import_rows l, jsonb_to_record(l.row) as r(${record}) where l.type = '${type}'`,
  )
  const missing = words.filter((word) => !columns.has(word) && !isKeptElsewhere(word))
  if (missing.length === 0) return []
  const counts = missing.map((word) => `count("${word}") as "${word}"`)
  const { rows } = await client.query<Row>(`select ${counts.join(', ')} from ${stagedAs(type)}`)
  return missing.flatMap((word) => {
    const count = Number(rows[0]?.[word])
    return count === 0
      ? []
      : [
          `These tables have no ${table.table}.${table.columns[word]}: left out of ${count} ${count === 1 ? 'row' : 'rows'}.`,
        ]
  })
}

/** Since SDK 5.0 they have tables of their own. */
function isKeptElsewhere(word: string): boolean {
  return (workflowPayloads as readonly string[]).includes(word)
}

const ended = `('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')`

function createIds(schema: SystemSchema, newIds: boolean): string {
  const t = workflowStatus.in(schema, 't')
  return `create temp table import_ids on commit drop as
    select row_number() over (order by w."createdAt", w.id) as nr, w.id,
      ${newIds ? 'gen_random_uuid()::text' : 'w.id'} as new_id, w.status as before,
      case when w.status in ${ended} then w.status else 'CANCELLED' end as after,
      w.status not in ${ended} as was_active,
      ${newIds ? 'false' : `exists(select from ${t} where ${t.id} = w.id)`} as is_there
    from import_workflow w;
  create index on import_ids (id);
  analyze import_ids`
}
