import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import { addBulkOptions, type BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { toFilter } from '../../frame/filter-options.ts'
import { nonNegativeInteger } from '../../frame/option-parsers.ts'
import { withStore } from '../../frame/with-store.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface ReprioritizeFlags extends DatabaseFlags, BulkFlags {}

export function reprioritizeCommand(context: Context): Command {
  const command = new Command('reprioritize')
    .summary('let waiting workflows go before or after others of their queue')
    .description(
      'Give workflows that are enqueued or delayed another priority on their queue. The last word is the priority: 0 is first.',
    )
    .usage('[options] [id...] <priority>')
    .action((words: string[], _, command: Command) =>
      runReprioritize(context, words, command.optsWithGlobals<ReprioritizeFlags>()),
    )
  return addBulkOptions(command)
}

async function runReprioritize(
  context: Context,
  words: readonly string[],
  flags: ReprioritizeFlags,
): Promise<void> {
  const priority = readPriority(words)
  const typed = words.slice(0, -1)
  const filter = toFilter(context, flags)
  const prepare = async () => async () => ({ priority })
  await withStore(context, flags, (store) =>
    runBulk(context, store, { verb: 'reprioritize', typed, filter, flags, word: String(priority), prepare }),
  )
}

function readPriority(words: readonly string[]): number {
  const word = words.at(-1)
  if (word !== undefined && /^\d+$/.test(word)) return nonNegativeInteger(word)
  const sentence =
    word === undefined
      ? 'No priority is given.'
      : `The last word is the priority, and "${word}" is no number.`
  throw new CliError('usage', sentence, {
    hint: command('reprioritize', [words.find((one) => !/^\d+$/.test(one)) ?? 'ID', '1']),
  })
}
