import { CliError } from '../errors.ts'
import { command, phrase } from '../words/command-line.ts'
import type { ImportedWorkflows } from './imported-workflows.ts'

/** Of the file: a number that is larger is of a newer drover. */
const format = 1

/** The first line of an export. */
export interface ExportHead {
  readonly type: 'export'
  readonly format: number
  /** The migration of the tables it came from; null where they do not tell. */
  readonly schemaVersion: number | null
  /** The SDK that has such tables, such as `5.2 or later`. */
  readonly sdk: string
  readonly exportedAt: string
}

/** The last one: a file without it was cut off. */
interface ExportEnd {
  readonly type: 'end'
  readonly workflows: number
}

export interface ExportRequest {
  readonly workflowIds: readonly string[]
  /** False leaves inputs, results, events, messages and stream values out. */
  readonly payloads: boolean
}

export interface ImportRequest {
  /** The text of an export, in pieces of any size; bytes are UTF-8, and large exports are better left as such. */
  readonly chunks: AsyncIterable<string | Uint8Array>
  /** Each workflow gets an id of its own; else it keeps the one that it has, unless that is in use. */
  readonly newIds: boolean
}

export interface ImportReport {
  readonly workflows: ImportedWorkflows
  /** What these tables could not hold, a sentence each. */
  readonly lost: readonly string[]
}

export function toHeadLine(facts: Omit<ExportHead, 'type' | 'format'>): string {
  return toLine({ type: 'export', format, ...facts })
}

export function toEndLine(workflows: number): string {
  return toLine({ type: 'end', workflows })
}

function toLine(line: ExportHead | ExportEnd): string {
  return `${JSON.stringify(line)}\n`
}

/** Throws `invalid-argument` for what does not begin as an export does, was cut off there, or was written by a newer drover. */
export function requireHead(text: string): void {
  if (text === '') throw emptyExport()
  const head = parseObject(text)
  if (head === undefined && (text.startsWith(headBegin) || headBegin.startsWith(text))) throw cutOff(0, 0)
  if (head?.type !== 'export' || typeof head.format !== 'number' || !(head.format >= 1)) throw notAnExport()
  if (head.format <= format) return
  throw new CliError(
    'invalid-argument',
    `The export was written by a newer drover (format ${head.format}).`,
    {
      hint: 'install that one, or export with this one',
    },
  )
}

const headBegin = '{"type":"export"'

function emptyExport(): CliError {
  return new CliError('invalid-argument', 'The export is empty. Nothing was imported.', {
    hint: phrase`${command('export', ['ID'])} > FILE   # writes one; what it says tells why it did not`,
  })
}

export function notAnExport(cause?: unknown): CliError {
  return new CliError('invalid-argument', "This is not an export of drover's.", {
    hint: phrase`${command('export', ['ID'])} > FILE   # writes one`,
    cause,
  })
}

export function cutOff(told: number, found: number): CliError {
  const sentence = `The export was cut off: it ${told === found ? 'has no end' : `tells of ${told} workflows and has ${found}`}. Nothing was imported.`
  return new CliError('invalid-argument', sentence, { hint: 'export it again' })
}

/** A row that only one can have. `detail` is what Postgres says of it. */
export function partlyThere(table: string, detail: string, cause: unknown): CliError {
  const sentence = `A row of ${table} is there already, or stands twice in this export: ${detail} Nothing was imported.`
  return new CliError('id-in-use', sentence, { hint: copiesHint, cause })
}

/** Rows of a workflow that is not there itself. */
export function leftBehind(table: string, workflowId: string, count: number): CliError {
  const sentence = `${table} still has ${count === 1 ? 'a row' : `${count} rows`} of deleted workflows, such as ${workflowId}. Nothing was imported.`
  return new CliError('id-in-use', sentence, { hint: copiesHint })
}

const copiesHint = phrase`${command('import', ['FILE'], { '--new-ids': true })}   # brings copies in`

export function interruptedImport(cause?: unknown): CliError {
  return new CliError('interrupted', 'Interrupted. Nothing was imported.', {
    hint: 'run the same command again',
    cause,
  })
}

export function twice(): CliError {
  return new CliError('invalid-argument', 'A workflow stands twice in this export. Nothing was imported.', {
    hint: 'import one export after the other',
  })
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
