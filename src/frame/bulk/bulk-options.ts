import type { Command } from 'commander'
import { parseRate } from '../../core/words/rate.ts'
import { addFilterOptions, type FilterFlags } from '../filter-options.ts'
import { addOutputOptions, type OutputFlags } from '../output-format.ts'
import { addSignatureOptions, type SignatureFlags } from '../record/sign.ts'

/** The options of every command that changes workflows. */
export interface BulkFlags extends FilterFlags, OutputFlags, SignatureFlags {
  readonly dryRun: boolean
  readonly yes: boolean
  /** How many a second. */
  readonly rate?: number
  readonly ledger?: string
}

export function addBulkOptions(command: Command): Command {
  addManyOptions(
    command.argument(
      '[id...]',
      'whole ids, or @last; - reads them from stdin; or none, and options that say which',
    ),
  )
  addSignatureOptions(command)
  addFilterOptions(command)
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

/** How several are changed: looked at first, asked about, no faster than so, and gone on with. */
export function addManyOptions(command: Command): Command {
  return command
    .option('--dry-run', 'say what would be done, and do nothing', false)
    .option('--yes', 'do not ask', false)
    .option('--rate <count/unit>', 'no faster than this: 10/s, 100/m', parseRate)
    .option(
      '--ledger <file>',
      'write down what is done; the same command with the same file goes on after an interruption',
    )
}
