import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { type ExportRequest, toEndLine, toHeadLine } from '../../core/transfer/transfer.ts'
import { connect, disconnect } from '../connection/connect.ts'
import { toQueryError } from '../connection/failures.ts'
import { watchSilence } from '../connection/watch-silence.ts'
import { dbosMigrations } from '../tables/dbos-migrations.ts'
import { pick } from '../tables/define-table.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { readJsonRows } from './read-json-rows.ts'
import { transferSilenceMs } from './take-turns.ts'
import {
  presentWords,
  type TransferPart,
  transferParts,
  workflowPayloads,
  workflowWords,
} from './transfer-parts.ts'

/** A statement with more ids is long to read; with fewer, tables that fit into memory are read as often as there are batches. */
const batchSize = 5000

/**
 * The lines of an export, as text in pieces, from one snapshot: a head, then batch after batch the workflows and all that
 * belongs to them, then an end. Postgres makes the lines; here they only pass. Source: `COPY … TO STDOUT`.
 */
export async function* exportWorkflows(
  { session, schema }: Database,
  { workflowIds, payloads }: ExportRequest,
): AsyncGenerator<string> {
  const client = await connect(session.target)
  let isTaken = true
  const { interrupt } = session.options
  const stopWatching = watchSilence(client, transferSilenceMs(session), interrupt, () => !isTaken)
  try {
    for await (const text of readLines(client, schema, { workflowIds, payloads })) {
      // However slow who takes it is.
      isTaken = false
      yield text
      isTaken = true
    }
  } catch (error) {
    throw toQueryError(error, session.target, client)
  } finally {
    stopWatching()
    await disconnect(client)
  }
}

async function* readLines(
  client: pg.Client,
  schema: SystemSchema,
  { workflowIds, payloads }: ExportRequest,
): AsyncGenerator<string> {
  await client.query('begin isolation level repeatable read, read only')
  // All of a batch are found by their index, however small the table.
  await client.query('set local random_page_cost = 1')
  yield toHeadLine(await readHead(client, schema))
  const hasRecord = await mayReadRecord(client)
  let count = 0
  for (let from = 0; from < workflowIds.length; from += batchSize) {
    const ids = toArray(workflowIds.slice(from, from + batchSize))
    const { rows } = await client.query(countWorkflows(schema, ids))
    count += Number(rows[0]?.count)
    const selects = [
      ['workflow', selectWorkflows(schema, ids, payloads)],
      ...transferParts
        .filter(({ table }) => table.isIn(schema))
        .map((part) => [part.type, selectPart(schema, part, ids, payloads)]),
      ...(hasRecord ? [['decision', selectDecisions(schema, ids)]] : []),
    ] as const
    for (const [type = '', select = ''] of selects) yield* copyLines(client, type, select)
  }
  await client.query('commit')
  yield toEndLine(count)
}

function copyLines(client: pg.Client, type: string, select: string): AsyncGenerator<string> {
  const statement = `copy (select row_to_json(r) from (${select}) r) to stdout with (format binary)`
  return readJsonRows(client.query(copyTo(statement)), `{"type":"${type}","row":`, '}\n')
}

function selectWorkflows(schema: SystemSchema, ids: string, payloads: boolean): string {
  const w = workflowStatus.in(schema, 'w') as Readonly<Record<string, string>>
  const i = workflowInput.in(schema, 'wi') as Readonly<Record<string, string>>
  const o = workflowOutput.in(schema, 'wo') as Readonly<Record<string, string>>
  const [hasInput, hasOutput] = [workflowInput.isIn(schema), workflowOutput.isIn(schema)]
  const payload = (word: string): string => {
    const elsewhere = word === 'inputs' ? hasInput && i[word] : hasOutput && o[word]
    if (!payloads) return 'null'
    return elsewhere ? `coalesce(${elsewhere}, ${w[word]})` : `${w[word]}`
  }
  const isPayload = (word: string) => (workflowPayloads as readonly string[]).includes(word)
  const columns = workflowWords
    .filter(
      (word) =>
        isPayload(word) ||
        (workflowStatus.isIn as (schema: SystemSchema, word: string) => boolean)(schema, word),
    )
    .map((word) => `${isPayload(word) ? payload(word) : w[word]} as "${word}"`)
  return `select ${columns.join(', ')} from ${w}
    ${hasInput ? `left join ${i} on ${i.workflowId} = ${w.id}` : ''}
    ${hasOutput ? `left join ${o} on ${o.workflowId} = ${w.id}` : ''}
    where ${w.id} = any(${ids}) order by ${w.createdAt}, ${w.id}`
}

function countWorkflows(schema: SystemSchema, ids: string): string {
  const w = workflowStatus.in(schema, 'w')
  return `select count(*) from ${w} where ${w.id} = any(${ids})`
}

function selectPart(
  schema: SystemSchema,
  { table, order, payloads: values }: TransferPart,
  ids: string,
  payloads: boolean,
): string {
  const p = table.in(schema, 'p')
  const words = presentWords(schema, table)
  const kept = payloads ? words : words.filter((word) => !values.includes(word))
  return `select ${pick(p, kept)} from ${p} where ${p.workflowId} = any(${ids})
    order by ${order.map((word) => p[word]).join(', ')}`
}

/** As they were recorded. */
function selectDecisions({ name }: SystemSchema, ids: string): string {
  return `select d.* from drover.decisions d
    where d.system_schema = ${pg.escapeLiteral(name)} and d.workflow_id = any(${ids}) order by d.id`
}

async function mayReadRecord(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select coalesce(bool_or(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')), false) as may
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'drover' and c.relname = 'decisions'`,
  )
  return rows[0]?.may === true
}

async function readHead(client: pg.Client, schema: SystemSchema) {
  const m = dbosMigrations.in(schema, 'm')
  const { rows } = await client.query(
    dbosMigrations.isIn(schema, 'version')
      ? `select max(${m.version}) as version, clock_timestamp() as now from ${m}`
      : 'select null as version, clock_timestamp() as now',
  )
  const [{ version, now }] = rows as [{ version: unknown; now: Date }]
  return {
    schemaVersion: version === null ? null : Number(version),
    sdk: sdkOf(schema),
    exportedAt: now.toISOString(),
  }
}

/** Each of these came with that version. */
function sdkOf(schema: SystemSchema): string {
  const signs = [
    ['5.2', workflowStatus.isIn(schema, 'creatorXid')],
    ['5.1', transferParts.some(({ table }) => table.isIn(schema, 'readByStep'))],
    ['5.0', workflowInput.isIn(schema)],
    ['4.27', workflowStatus.isIn(schema, 'application')],
    ['4.24', workflowStatus.isIn(schema, 'attributes')],
    ['4.20', workflowStatus.isIn(schema, 'completedAt')],
    ['4.15', workflowStatus.isIn(schema, 'delayUntil')],
  ] as const
  return `${signs.find(([, isThere]) => isThere)?.[0] ?? '4.10'} or later`
}

function toArray(ids: readonly string[]): string {
  return `array[${ids.map((id) => pg.escapeLiteral(id)).join(', ')}]::text[]`
}
