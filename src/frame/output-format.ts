import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { createStyle } from '../render/style.ts'
import { type Column, renderTable, renderTsv } from '../render/table.ts'

export type OutputFormat = 'table' | 'json' | 'jsonl' | 'ids'

export interface OutputFlags {
  readonly output: OutputFormat
}

/** Adds `-o` with the formats that make sense for this command, and its short form `--json`. */
export function addOutputOptions(command: Command, formats: readonly OutputFormat[]): Command {
  return command
    .addOption(
      new Option('-o, --output <format>', 'how to print on stdout').choices(formats).default('table'),
    )
    .addOption(new Option('--json', 'short for -o json').implies({ output: 'json' }))
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
  { output }: OutputFlags,
  { rows, columns, toJson, toId, empty }: Rows<Row>,
): Promise<void> {
  if (output === 'json') return terminal.print(toJsonText(rows.map(toJson)))
  if (output === 'jsonl')
    return printLines(
      terminal,
      rows.map((row) => JSON.stringify(toJson(row))),
    )
  if (output === 'ids') return printLines(terminal, rows.map(toId))
  if (rows.length === 0) return terminal.note(empty)
  const { stdout } = terminal
  const text = stdout.isTerminal
    ? renderTable(columns, rows, { style: createStyle(stdout.colorLevel), width: stdout.columns, now: now() })
    : renderTsv(columns, rows)
  return printLines(terminal, text)
}

/** JSON for people and for `jq` alike. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

async function printLines(terminal: Context['terminal'], lines: readonly string[]): Promise<void> {
  for (const line of lines) await terminal.print(line)
}
