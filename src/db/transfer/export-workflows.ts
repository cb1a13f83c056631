import pg from 'pg'
import { type ExportRequest, toEndLine, toHeadLine } from '../../core/transfer/transfer.ts'
import { connect, disconnect } from '../connection/connect.ts'
import { toQueryError } from '../connection/failures.ts'
import { watchSilence } from '../connection/watch-silence.ts'
import { dbosMigrations } from '../tables/dbos-migrations.ts'
import type { Table } from '../tables/define-table.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { workflowInput } from '../tables/workflow-input.ts'
import { workflowOutput } from '../tables/workflow-output.ts'
import { workflowStatus } from '../tables/workflow-status.ts'
import { copyOut } from './copy-out.ts'
import type { LineShape, ValueKind } from './json-line-writer.ts'
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
 * belongs to them, then an end. Source: `COPY … TO STDOUT`.
 */
export async function* exportWorkflows(
  { session, schema }: Database,
  { workflowIds, payloads }: ExportRequest,
): AsyncGenerator<Buffer> {
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
): AsyncGenerator<Buffer> {
  // All of a batch are found by their index, however small the table.
  await client.query('begin isolation level repeatable read, read only; set local random_page_cost = 1')
  yield Buffer.from(toHeadLine(await readHead(client, schema)))
  const typeOf = await readTypes(client, schema)
  const hasRecord = await mayReadRecord(client)
  const reads = [
    toRead('workflow', workflowColumns(schema, typeOf, payloads), (ids) => fromWorkflows(schema, ids)),
    ...transferParts
      .filter(({ table }) => table.isIn(schema))
      .map((part) =>
        toRead(part.type, partColumns(schema, typeOf, part, payloads), (ids) => fromPart(schema, part, ids)),
      ),
    ...(hasRecord ? [readOfDecisions(schema)] : []),
  ]
  let count = 0
  for (let from = 0; from < workflowIds.length; from += batchSize) {
    const ids = toArray(workflowIds.slice(from, from + batchSize))
    for (const [index, { select, shape }] of reads.entries()) {
      const copying = client.query(copyOut(`copy (${select(ids)}) to stdout with (format binary)`))
      const rows = yield* readJsonRows(copying, shape)
      if (index === 0) count += rows
    }
  }
  await client.query('commit')
  yield Buffer.from(toEndLine(count))
}

/** What one statement reads, of the workflows with these ids, and the lines that become of it. */
interface Read {
  readonly select: (ids: string) => string
  readonly shape: LineShape
}

interface SelectedColumn {
  readonly word: string
  readonly sql: string
  readonly kind: ValueKind
}

function toRead(type: string, columns: readonly SelectedColumn[], from: (ids: string) => string): Read {
  const list = columns.map(({ sql }) => sql).join(', ')
  return {
    select: (ids) => `select ${list} ${from(ids)}`,
    shape: {
      columns: columns.map(({ word, kind }, index) => ({
        kind,
        before: `${index === 0 ? `{"type":"${type}","row":{` : ','}"${word}":`,
      })),
      after: '}}\n',
    },
  }
}

const kindOfType: Readonly<Record<string, ValueKind>> = {
  text: 'text',
  'character varying': 'text',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  boolean: 'bool',
}

/** What is neither text nor a whole number Postgres writes as JSON. */
function selectedColumn(word: string, sql: string, type: string): SelectedColumn {
  const kind = kindOfType[type] ?? 'json'
  return { word, sql: kind === 'json' ? `to_json(${sql})::text` : sql, kind }
}

type TypeOf = (table: Table<string>, word: string) => string

function workflowColumns(schema: SystemSchema, typeOf: TypeOf, payloads: boolean): SelectedColumn[] {
  const status = workflowStatus as unknown as Table<string>
  const [w, i, o] = [status.in(schema, 'w'), workflowInput.in(schema, 'wi'), workflowOutput.in(schema, 'wo')]
  const elsewhere: Readonly<Record<string, string | undefined>> = {
    inputs: workflowInput.isIn(schema) ? i.inputs : undefined,
    ...(workflowOutput.isIn(schema) && { output: o.output, error: o.error }),
  }
  return workflowWords
    .filter((word) => isPayload(word) || status.isIn(schema, word))
    .map((word) => {
      if (!isPayload(word)) return selectedColumn(word, `${w[word]}`, typeOf(status, word))
      const there = elsewhere[word]
      const value = there === undefined ? w[word] : `coalesce(${there}, ${w[word]})`
      return { word, sql: payloads ? `${value}::text` : 'null::text', kind: 'text' }
    })
}

function isPayload(word: string): boolean {
  return (workflowPayloads as readonly string[]).includes(word)
}

/** Each table by its own condition: else the planner reads the payloads of all workflows for those of a few. */
function fromWorkflows(schema: SystemSchema, ids: string): string {
  const w = workflowStatus.in(schema, 'w')
  const joins = [
    workflowInput.isIn(schema) && workflowInput.in(schema, 'wi'),
    workflowOutput.isIn(schema) && workflowOutput.in(schema, 'wo'),
  ]
    .filter((table) => table !== false)
    .map(
      (table) => `left join ${table} on ${table.workflowId} = ${w.id} and ${table.workflowId} = any(${ids})`,
    )
  return `from ${w} ${joins.join(' ')} where ${w.id} = any(${ids}) order by ${w.createdAt}, ${w.id}`
}

function partColumns(
  schema: SystemSchema,
  typeOf: TypeOf,
  { table, payloads: values }: TransferPart,
  payloads: boolean,
): SelectedColumn[] {
  const p = table.in(schema, 'p')
  return presentWords(schema, table)
    .filter((word) => payloads || !values.includes(word))
    .map((word) => selectedColumn(word, `${p[word]}`, typeOf(table, word)))
}

function fromPart(schema: SystemSchema, { table, order }: TransferPart, ids: string): string {
  const p = table.in(schema, 'p')
  return `from ${p} where ${p.workflowId} = any(${ids}) order by ${order.map((word) => p[word]).join(', ')}`
}

/** As they were recorded. */
function readOfDecisions({ name }: SystemSchema): Read {
  return {
    select: (ids) => `select row_to_json(d)::text from drover.decisions d
      where d.system_schema = ${pg.escapeLiteral(name)} and d.workflow_id = any(${ids}) order by d.id`,
    shape: { columns: [{ kind: 'json', before: '{"type":"decision","row":' }], after: '}\n' },
  }
}

async function readTypes(client: pg.Client, { name }: SystemSchema): Promise<TypeOf> {
  const { rows } = await client.query(
    `select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = any($2) and a.attnum > 0 and not a.attisdropped`,
    [name, [workflowStatus, ...transferParts.map(({ table }) => table)].map(({ table }) => table)],
  )
  const types = new Map(rows.map(({ table, column, type }) => [`${table}.${column}`, String(type)]))
  return ({ table, columns }, word) => types.get(`${table}.${columns[word]}`) ?? ''
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

/** As one literal: Postgres reads many of them for long. */
function toArray(ids: readonly string[]): string {
  const items = ids.map((id) => `"${id.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
  return `${pg.escapeLiteral(`{${items.join(',')}}`)}::text[]`
}
