import { CliError } from '../errors.ts'
import { checkShape } from '../files/check-shape.ts'
import { ledgerLineSchema } from '../files/ledger-schema.ts'
import type { BulkRow, LedgerLine, LedgerState, PlannedTarget } from './ledger.ts'

/** Undefined for an empty file. A line that was cut off in the middle counts as not written. Throws `ledger-unusable`. */
export function parseLedger(text: string, file: string): LedgerState | undefined {
  const lines = text.split('\n').flatMap((line, index) => parseLine(line, `line ${index + 1} of ${file}`))
  const [first] = lines
  if (first?.type !== 'begin') {
    if (text === '' || (!first && '{"type":"begin"'.startsWith(text.slice(0, 15)))) return undefined
    throw new CliError('ledger-unusable', `${file} is not a ledger of drover's.`, {
      hint: 'name another file with --ledger',
    })
  }
  const targets: PlannedTarget[] = []
  const settled: BulkRow[] = []
  const done: BulkRow[] = []
  const begun = new Set<string>()
  let hasPlan = false
  for (const line of lines) {
    if (line.type === 'plan') {
      hasPlan = true
      targets.push(...line.targets)
      settled.push(...line.settled)
    } else if (line.type === 'intent') {
      for (const { workflowId } of targets.slice(line.from, line.from + line.count)) begun.add(workflowId)
    } else if (line.type === 'done') {
      done.push(...line.rows)
    }
  }
  for (const { workflowId } of done) begun.delete(workflowId)
  return { head: first.head, plan: hasPlan ? { targets, settled } : undefined, done, inDoubt: begun }
}

/** None where the line was cut off. Throws `ledger-unusable` for one that is whole and yet none of drover's. */
function parseLine(line: string, place: string): LedgerLine[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return []
  }
  const checked = checkShape(ledgerLineSchema, parsed)
  if ('value' in checked) return [checked.value as LedgerLine]
  throw new CliError(
    'ledger-unusable',
    `${place} is not a line of a ledger of drover's: ${checked.problem}.`,
    {
      hint: 'name another file with --ledger',
    },
  )
}
