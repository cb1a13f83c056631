import type { Context } from '../../context.ts'
import type { BulkRow } from '../../core/manage/ledger.ts'
import type { BulkVerb } from '../../core/manage/manage.ts'
import { bulkColumns, bulkLine } from '../../render/columns/bulk-line.ts'
import { createStyle } from '../../render/style.ts'
import { renderTsv } from '../../render/table.ts'
import { toJsonLine, toJsonText } from '../../render/to-json.ts'
import { type OutputFlags, printIds } from '../output-format.ts'
import { printNotice } from '../print-notice.ts'

/** Prints what became of each workflow as soon as it is known. */
export interface BulkPrinter {
  readonly rows: readonly BulkRow[]
  print(rows: readonly BulkRow[]): Promise<void>
  /** A sign of life while many are changed. */
  start(total: number): { advance(count: number): void; stop(): void }
  finish(): Promise<void>
}

/** On a terminal more lines than this would only scroll by: those that were changed are counted instead. */
const mostLines = 50

export function createBulkPrinter(
  { terminal }: Context,
  verb: BulkVerb,
  { output: asked }: OutputFlags,
  isQuiet = false,
): BulkPrinter {
  const output = isQuiet ? 'table' : asked
  const { stdout, stderr } = terminal
  const all: BulkRow[] = []
  let isCrowded = false
  let isSeveral = false

  async function printRow(row: BulkRow): Promise<void> {
    if (output === 'json') return
    if (output === 'jsonl') return terminal.print(toJsonLine(toBulkJson(row)))
    if (output === 'ids') {
      return isDone(row) ? printIds(terminal, [row.newWorkflowId ?? row.workflowId]) : undefined
    }
    const isHidden = isCrowded && isDone(row)
    if (verb === 'fork') {
      // The new id is the result; all else is talk, of several copies on one screen once.
      if (!isHidden) printNotice({ terminal }, bulkLine(verb, row, createStyle(0)))
      const isTold = !isHidden && isSeveral && stdout.isTerminal && stderr.isTerminal
      if (row.newWorkflowId !== null && !isTold && !isQuiet) await printIds(terminal, [row.newWorkflowId])
    } else if (!stdout.isTerminal) {
      for (const line of renderTsv(bulkColumns, [row])) await terminal.print(line)
    } else if (!isHidden) {
      await terminal.print(bulkLine(verb, row, createStyle(stdout.colorLevel)))
    }
  }

  return {
    rows: all,
    print: async (rows) => {
      for (const row of rows) {
        all.push(row)
        await printRow(row)
      }
    },
    start: (total) => {
      isCrowded = stdout.isTerminal && total > mostLines
      isSeveral = total > 1
      if (!isCrowded || !stderr.canRedraw) return { advance: () => {}, stop: () => {} }
      const region = terminal.liveRegion(stderr)
      let done = 0
      return {
        advance: (count) => {
          done += count
          region.render([`${done} of ${total}`])
        },
        stop: () => region.finish([]),
      }
    },
    finish: async () => {
      if (output === 'json') await terminal.print(toJsonText(all.map(toBulkJson)))
    },
  }
}

function isDone({ outcome }: BulkRow): boolean {
  return outcome === 'changed' || outcome === 'would-change'
}

function toBulkJson({ workflowId, outcome, before, after, reason, newWorkflowId }: BulkRow): BulkRow {
  return { workflowId, outcome, before, after, reason, newWorkflowId }
}
