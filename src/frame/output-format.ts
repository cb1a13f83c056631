import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import type { JsonValue } from '../core/workflow.ts'
import { renderCsv } from '../render/csv.ts'
import { createStyle } from '../render/style.ts'
import { type Column, renderTable, renderTsv } from '../render/table.ts'
import { counted, escapeControlLines, escapeName } from '../render/text.ts'
import { toJsonLine, toJsonText } from '../render/to-json.ts'
import type { Output, Terminal } from '../terminal/terminal.ts'
import { printNotice } from './print-notice.ts'

export type OutputFormat = 'table' | 'json' | 'jsonl' | 'ids' | 'csv'

export interface OutputFlags {
  readonly output: OutputFormat
  /** Of a list: with the names of the columns, or without them; undefined is as usual for the format. */
  readonly headers?: boolean
}

/** Adds `-o` with the formats that make sense for this command, and its short form `--json`. */
export function addOutputOptions(command: Command, formats: readonly OutputFormat[]): Command {
  return command
    .addOption(
      new Option('-o, --output <format>', 'how to print on stdout').choices(formats).default('table'),
    )
    .addOption(new Option('--json', 'short for -o json').implies({ output: 'json' }))
}

/** The same for a command that prints a list. Its commands, if it has some, print none. */
export function addListOptions(command: Command, formats: readonly OutputFormat[]): Command {
  return addOutputOptions(command, [...formats, 'csv'])
    .option('--headers', 'with the names of the columns, also in a pipe')
    .option('--no-headers', 'without them, also on a terminal and in CSV')
    .hook('preAction', (self, action) => {
      if (self === action || action.optsWithGlobals<OutputFlags>().output !== 'csv') return
      throw new CliError('usage', `${action.name()} prints no list, and cannot print -o csv.`, {
        hint: 'add -o json',
      })
    })
}

interface Rows<Row> {
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly toJson: (row: Row) => object
  readonly toId: (row: Row) => string
  /** Said on stderr when there is nothing. */
  readonly empty: string
}

/** Prints rows in the format that was asked for; an empty list is no error, and says where it looked. */
export async function printRows<Row>(
  { terminal, now }: Pick<Context, 'terminal' | 'now'>,
  { output, headers }: OutputFlags,
  { rows, columns, toJson, toId, empty }: Rows<Row>,
): Promise<void> {
  if (rows.length === 0) printNotice({ terminal }, empty)
  if (output === 'json') return terminal.print(toJsonText(rows.map(toJson)))
  if (output === 'jsonl')
    return printLines(
      terminal,
      rows.map((row) => toJsonLine(toJson(row))),
    )
  if (output === 'ids') return printIds(terminal, rows.map(toId))
  if (output === 'csv') return printLines(terminal, renderCsv(columns, rows, headers ?? true))
  const { stdout } = terminal
  if (!stdout.isTerminal) return printLines(terminal, renderTsv(columns, rows, headers))
  if (rows.length === 0) return
  const style = createStyle(stdout.colorLevel)
  const lines = renderTable(columns, rows, { style, width: stdout.columns, now: now() })
  return printLines(terminal, lines.slice(headers === false ? 1 : 0))
}

export interface One {
  readonly json: unknown
  readonly id?: string
  /** What a table would be; without it there is nothing on stdout then. */
  readonly text?: string
}

/** Prints one thing in the format that was asked for. */
export async function printOne(
  { terminal }: Pick<Context, 'terminal'>,
  { output }: OutputFlags,
  { json, id = '', text }: One,
): Promise<void> {
  if (output === 'json') return terminal.print(toJsonText(json))
  if (output === 'jsonl') return terminal.print(toJsonLine(json))
  if (output === 'ids') return printIds(terminal, [id])
  if (text !== undefined) return terminal.print(text)
}

/** Whether an error is a JSON object, too. */
export function isJsonOutput({ output }: OutputFlags): boolean {
  return output === 'json' || output === 'jsonl'
}

/** One a line. An id with a line break would be two others: it is left out, and that is told. */
export async function printIds(terminal: Terminal, ids: readonly string[]): Promise<void> {
  const lines = ids.filter((id) => !/[\r\n]/.test(id))
  if (lines.length > 0)
    await terminal.print(lines.map((id) => (terminal.stdout.isTerminal ? escapeName(id) : id)).join('\n'))
  const left = ids.length - lines.length
  if (left > 0)
    printNotice(
      { terminal },
      `warning: ${counted(left, 'id')} with a line break left out; -o jsonl has every id.`,
    )
}

/** Text of the database as it is for a pipe, and harmless for a terminal. */
function toPlainText({ isTerminal }: Output, text: string): string {
  return isTerminal ? escapeControlLines(text).join('\n') : text
}

/** A result for stdout: JSON, or a string bare where that was asked for. */
export function toResultText(output: Output, value: JsonValue, rawString: boolean | undefined): string {
  return rawString && typeof value === 'string' ? toPlainText(output, value) : toJsonText(value)
}

async function printLines(terminal: Context['terminal'], lines: readonly string[]): Promise<void> {
  for (const line of lines) await terminal.print(line)
}
