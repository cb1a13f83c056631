import type pg from 'pg'
import { leftBehind } from '../../core/transfer/transfer.ts'
import type { Row } from '../connection/connect.ts'
import type { Table } from '../tables/define-table.ts'
import { operationOutputs } from '../tables/operation-outputs.ts'
import type { SystemSchema } from '../tables/schema.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { readColumns } from './read-columns.ts'
import { stagedAs } from './stage-rows.ts'
import { transferParts, wordsOf, workflowReferences, workflowWords } from './transfer-parts.ts'

/** What was staged goes into the tables of DBOS, as far as its workflow is not there yet; `import_ids` tells then which was. */
export async function insertRows(
  client: pg.ClientBase,
  schema: SystemSchema,
  newIds: boolean,
): Promise<void> {
  await insertWorkflows(client, schema)
  if (!newIds) await refuseLeftovers(client, schema)
  await insertPayloads(client, schema)
  for (const { type, table, references } of transferParts) {
    if (!table.isIn(schema)) continue
    const words = wordsOf(table)
    const values: Record<string, string> = {
      ...Object.fromEntries(words.map((word) => [word, `r."${word}"`])),
      ...Object.fromEntries(references.map((word) => [word, mapped(word)])),
      workflowId: 'i.new_id',
      // Of a message; there must not be two of one id.
      ...(newIds && table.columns.id !== undefined && { id: 'gen_random_uuid()::text' }),
    }
    await insert(client, schema, { table, values, from: stagedAs(type), key: 'workflowId' })
  }
}

/** Now, as DBOS counts. */
const nowMs = '(extract(epoch from now()) * 1000)::bigint'

async function insertWorkflows(client: pg.ClientBase, schema: SystemSchema): Promise<void> {
  const unlessActive = (word: string, otherwise: string) =>
    `case when i.was_active then ${otherwise} else r."${word}" end`
  const from = stagedAs('workflow')
  const values: Record<string, string> = {
    ...Object.fromEntries(workflowWords.map((word) => [word, `r."${word}"`])),
    ...Object.fromEntries(workflowReferences.map((word) => [word, mapped(word)])),
    id: 'i.new_id',
    status: 'i.after',
    // As `cancel` leaves what was active.
    queue: unlessActive('queue', 'null'),
    startedAt: unlessActive('startedAt', 'null'),
    completedAt: unlessActive('completedAt', nowMs),
    updatedAt: unlessActive('updatedAt', nowMs),
    deduplicationId: 'null',
  }
  if (workflowInput.isIn(schema)) values.inputs = 'null'
  if (workflowOutput.isIn(schema)) values.output = values.error = 'null'
  const status = asTable(workflowStatus)
  const { id } = status.in(schema)
  const insertion = await toInsert(client, schema, { table: status, values, from, key: 'id' })
  // What somebody else brings in or starts at this moment is waited for, and is there then; all in the same order.
  await client.query(
    `with came_in as (${insertion} order by i.nr on conflict (${id}) do nothing returning ${id} as id)
     update import_ids i set is_there = true
     where not i.is_there and not exists (select from came_in c where c.id = i.new_id)`,
  )
}

/** Of the tables that know nothing of the workflows: what older SDKs delete leaves its rows behind in them. */
const unlinked = [workflowInput, workflowOutput, operationOutputs].map((table) =>
  asTable(table as unknown as Table<string>),
)

/** Else they would become a part of what came in. Throws `id-in-use`. */
async function refuseLeftovers(client: pg.ClientBase, schema: SystemSchema): Promise<void> {
  const counts = unlinked
    .filter((table) => table.isIn(schema))
    .map((table) => {
      const t = table.in(schema, 't')
      return `select '${table.table}' as table, min(i.id) as id, count(*) as count
        from import_ids i join ${t} on ${t.workflowId} = i.new_id where not i.is_there`
    })
  const { rows } = await client.query<Row>(`select * from (${counts.join(' union all ')}) c where count > 0`)
  const [first] = rows
  if (first) throw leftBehind(String(first.table), String(first.id), Number(first.count))
}

async function insertPayloads(client: pg.ClientBase, schema: SystemSchema): Promise<void> {
  for (const [table, words] of [
    [asTable(workflowInput), ['inputs']],
    [asTable(workflowOutput), ['output', 'error']],
  ] as const) {
    if (!table.isIn(schema)) continue
    const payloads = Object.fromEntries(words.map((word) => [word, `r."${word}"`]))
    const isThere = words.map((word) => `r."${word}" is not null`).join(' or ')
    await insert(client, schema, {
      table,
      values: { workflowId: 'i.new_id', ...payloads },
      from: `(select * from ${stagedAs('workflow')} r where ${isThere})`,
      key: 'id',
    })
  }
}

interface Insertion {
  readonly table: Table<string>
  readonly values: Readonly<Record<string, string>>
  readonly from: string
  /** The column of `from` that names the workflow. */
  readonly key: 'id' | 'workflowId'
}

async function insert(client: pg.ClientBase, schema: SystemSchema, insertion: Insertion): Promise<void> {
  await client.query(await toInsert(client, schema, insertion))
}

/** SQL, to which an order may be added. */
async function toInsert(
  client: pg.ClientBase,
  schema: SystemSchema,
  { table, values, from, key }: Insertion,
): Promise<string> {
  const columns = await readColumns(client, schema, table)
  const filled = Object.entries(values).map(([word, value]) => {
    const otherwise = columns.get(word)?.otherwise
    return [word, otherwise === undefined ? value : `coalesce(${value}, ${otherwise})`]
  })
  const { names, values: list } = table.insert(schema, Object.fromEntries(filled))
  return `insert into ${table.in(schema)} (${names})
    select ${list} from ${from} r join import_ids i on i.id = r."${key}" where not i.is_there`
}

/** A reference to one that came in under another id follows it. */
function mapped(word: string): string {
  return `coalesce((select o.new_id from import_ids o where o.id = r."${word}" and not o.is_there), r."${word}")`
}

function asTable<Column extends string>(table: Table<Column>): Table<string> {
  return table as unknown as Table<string>
}
