import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { CliError } from '../../core/errors.ts'
import { fromPages, type ImportedWorkflows } from '../../core/transfer/imported-workflows.ts'
import {
  cutOff,
  type ImportReport,
  type ImportRequest,
  interruptedImport,
  notAnExport,
  partlyThere,
  requireHead,
  twice,
} from '../../core/transfer/transfer.ts'
import { type Row, withConnection } from '../connection/connect.ts'
import { isUniqueViolation } from '../connection/failures.ts'
import { type ActionLine, findRecorder, namedIds } from '../record/find-recorder.ts'
import type { SystemSchema } from '../tables/schema.ts'
import type { Database } from '../tables/system-database.ts'
import { importDecisions } from './import-decisions.ts'
import { insertRows } from './insert-rows.ts'
import { separateLines, stageRows } from './stage-rows.ts'
import { exceptForReaders, takeTurns, transferSilenceMs } from './take-turns.ts'

/**
 * Brings an export in, whole or not at all: one transaction, in which its lines are staged in temporary tables, and then go
 * into DBOS's own. A workflow whose id is there already is left as it is. Throws `invalid-argument` for what is no whole export.
 */
export async function importWorkflows(
  database: Database,
  { chunks, newIds }: ImportRequest,
): Promise<ImportReport> {
  const { session, schema } = database
  const recorder = await findRecorder(database, 'import')
  const { turn, taken } = takeTurns(chunks)
  const [interrupt, forget] = exceptForReaders(session.options.interrupt)
  const lending = { silenceMs: transferSilenceMs(session), interrupt, isOurTurn: turn }
  try {
    return await withConnection(session.target, lending, async (client) => {
      await client.query('begin')
      const report = await bringIn(client, schema, { chunks: taken, newIds }, interrupt).catch((error) => {
        throw interrupt.aborted ? interruptedImport(error) : error
      })
      if (interrupt.aborted) throw interruptedImport()
      await recorder?.done(client, 'import', linesOf(report))
      await client.query('commit')
      return report
    })
  } finally {
    forget()
  }
}

/** One for all of it, or none where nothing came in. */
function linesOf({ workflows }: ImportReport): readonly ActionLine[] {
  if (workflows.imported === 0) return []
  const workflowIds: string[] = []
  for (const { workflowId, newWorkflowId, outcome } of workflows) {
    if (outcome === 'imported') workflowIds.push(newWorkflowId ?? workflowId)
    if (workflowIds.length === namedIds) break
  }
  return [{ workflowIds, after: { workflows: workflows.imported } }]
}

async function bringIn(
  client: pg.Client,
  schema: SystemSchema,
  request: ImportRequest,
  interrupt: AbortSignal,
): Promise<ImportReport> {
  const { newIds } = request
  try {
    const lost = await stage(client, schema, request, interrupt)
    await insertRows(client, schema, newIds)
    const unrecorded = await importDecisions(client, schema)
    return { workflows: await readReport(client, newIds), lost: [...lost, ...unrecorded] }
  } catch (error) {
    if (isUniqueViolation(error) && !newIds) throw toPartlyThere(error)
    throw isNoLine(error) || isUniqueViolation(error) ? notAnExport(error) : error
  }
}

function toPartlyThere(error: unknown): CliError {
  const { table = '', detail = '' } = error as { table?: string; detail?: string }
  return partlyThere(table, detail, error)
}

/** All that it says, in temporary tables. */
async function stage(
  client: pg.Client,
  schema: SystemSchema,
  { chunks, newIds }: ImportRequest,
  signal: AbortSignal,
): Promise<string[]> {
  await client.query('create temp table import_lines (line jsonb) on commit drop')
  let isEndOfLine = true
  const checkedChunks = checked(chunks, (isEnd) => {
    isEndOfLine = isEnd
  })
  await pipeline(
    Readable.from(checkedChunks),
    client.query(copyFrom(`copy import_lines from stdin with ${rawLines}`)),
    { signal },
  ).catch((error) => {
    // A line that is no JSON, and nothing comes after it.
    throw isNoLine(error) && !isEndOfLine ? cutOff(0, 0) : error
  })
  await separateLines(client)
  await requireWhole(client)
  return stageRows(client, schema, newIds)
}

/** JSON has no control character in it, so that what `csv` would do to a line never comes to pass. */
const rawLines = `(format csv, quote e'\\x01', escape e'\\x01', delimiter e'\\x02')`

/** A first line that is longer is not of an export. */
const longestHead = 65_536

const lineFeed = 0x0a

/** Passes bytes on once the first line is that of an export, and tells in the end whether that is the end of a line. */
async function* checked(
  chunks: AsyncIterable<string | Uint8Array>,
  onEnd: (isEndOfLine: boolean) => void,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0)
  let isEndOfLine = false
  for await (const given of chunks) {
    const chunk = typeof given === 'string' ? Buffer.from(given) : given
    if (chunk.length > 0) isEndOfLine = chunk.at(-1) === lineFeed
    if (head === undefined) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf(lineFeed)
    if (end < 0 && head.length < longestHead) continue
    if (end < 0) throw notAnExport()
    requireHead(head.toString('utf8', 0, end))
    yield head
    head = undefined
  }
  onEnd(isEndOfLine)
  if (head === undefined) return
  requireHead(head.toString('utf8'))
  yield head
}

/** What Postgres says of a line that is no JSON, or not of an export, and of a row that lacks what it must have. */
function isNoLine(error: unknown): boolean {
  return ['22P02', '22P04', '22P05', '22021', '22023', '23502'].includes(
    (error as { code?: string }).code ?? '',
  )
}

/** Several exports may stand one after another; each must have its end. */
async function requireWhole(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<Row>(
    `select count(*) filter (where type = 'export') as begun, count(*) filter (where type = 'end') as ended,
       coalesce(sum(told) filter (where type = 'end'), 0) as told,
       count(*) filter (where type = 'workflow') as found,
       count(distinct row->>'id') filter (where type = 'workflow') as ids,
       count(*) filter (where type = 'workflow' and coalesce(row->>'id', '') = ''
         or type = 'step' and row->'step' < '0') as impossible
     from import_rows`,
  )
  const [begun, ended, told = 0, found = 0, ids, impossible] = [
    ...['begun', 'ended', 'told', 'found', 'ids', 'impossible'],
  ].map((key) => Number(rows[0]?.[key]))
  if (begun !== ended || told !== found) throw cutOff(told, found)
  if (impossible !== 0) throw notAnExport()
  if (found !== ids) throw twice()
}

const pageSize = 5000

async function readReport(client: pg.ClientBase, newIds: boolean): Promise<ImportedWorkflows> {
  const { rows } = await client.query<Row>(
    `select count(*) filter (where not is_there) as imported, count(*) filter (where is_there) as existing,
       count(*) filter (where not is_there and after is distinct from before) as stopped
     from import_ids`,
  )
  await client.query(
    `declare import_report no scroll cursor for
       select json_agg(json_build_array(id, ${newIds ? 'new_id' : 'null'}, before, after, is_there) order by nr)::text as page
       from import_ids group by nr / ${pageSize} order by nr / ${pageSize}`,
  )
  const pages: Buffer[] = []
  for (;;) {
    const [next] = (await client.query<Row>('fetch 1 from import_report')).rows
    if (next === undefined) break
    pages.push(Buffer.from(String(next.page)))
  }
  const [imported = 0, existing = 0, stopped = 0] = ['imported', 'existing', 'stopped'].map((key) =>
    Number(rows[0]?.[key]),
  )
  return fromPages(pages, { imported, existing, stopped })
}
