import path from 'node:path'
import type { Context } from '../../context.ts'
import {
  type BulkRow,
  type LedgerHead,
  type LedgerLine,
  type LedgerState,
  type PlannedTarget,
  requireSameRun,
} from '../../core/manage/ledger.ts'

/** What a bulk command wrote down, so that it can go on after an interruption. Without a file it remembers nothing. */
export interface Ledger {
  /** What an earlier run of the same command left; undefined where there was none. */
  readonly earlier: LedgerState | undefined
  plan(targets: readonly PlannedTarget[], settled: readonly BulkRow[]): Promise<void>
  intend(from: number, count: number): Promise<void>
  confirm(rows: readonly BulkRow[]): Promise<void>
}

const nullLedger: Ledger = {
  earlier: undefined,
  plan: async () => {},
  intend: async () => {},
  confirm: async () => {},
}

/** Throws `ledger-unusable` when the file holds something else. */
export async function openLedger(
  { cwd, readFile, appendFile }: Pick<Context, 'cwd' | 'readFile' | 'appendFile'>,
  given: string | undefined,
  head: LedgerHead,
): Promise<Ledger> {
  if (given === undefined) return nullLedger
  const file = path.resolve(cwd, given)
  const text = (await readFile(file)) ?? ''
  const { parseLedger } = await import('../../core/manage/parse-ledger.ts')
  const earlier = parseLedger(text, file)
  const write = (line: LedgerLine) => appendFile(file, `${JSON.stringify(line)}\n`)
  if (earlier) requireSameRun(earlier.head, head, file)
  // A last line that was cut off is ended, so that it stays alone.
  if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n')
  if (!earlier) await write({ type: 'begin', head })
  return {
    earlier,
    plan: (targets, settled) => write({ type: 'plan', targets, settled }),
    intend: (from, count) => write({ type: 'intent', from, count }),
    confirm: (rows) => write({ type: 'done', rows }),
  }
}
