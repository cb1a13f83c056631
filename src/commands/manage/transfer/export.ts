import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { exitCodes } from '../../../core/exit-codes.ts'
import { matchingIds } from '../../../core/manage/matching-ids.ts'
import type { WorkflowFilter } from '../../../core/manage/workflow-filter.ts'
import type { Store } from '../../../core/store.ts'
import { createRedaction } from '../../../core/transfer/redact.ts'
import { toLines } from '../../../core/transfer/to-lines.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { escapeJson } from '../../../core/words/escape-controls.ts'
import { addFilterOptions, type FilterFlags, toFilter } from '../../../frame/filter-options.ts'
import { interruptCode } from '../../../frame/interrupt.ts'
import { repeatable } from '../../../frame/option-parsers.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withWholeExecutor } from '../../../frame/whole-executor.ts'
import { withReadStore } from '../../../frame/with-store.ts'
import { findExactWorkflow, notFoundHint, readIds } from '../../../frame/workflow-ids.ts'
import { counted } from '../../../render/text.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

interface ExportFlags extends DatabaseFlags, FilterFlags {
  readonly children: boolean
  readonly payloads: boolean
  readonly redact?: readonly string[]
}

export function exportCommand(context: Context): Command {
  const command = new Command('export')
    .summary('write workflows with all that belongs to them to a file')
    .description(
      'Write workflows with their steps, events, streams, messages and decisions on stdout, as JSON lines from one snapshot, for import to bring in somewhere else.',
    )
    .argument('[id...]', 'whole ids, or @last; - reads them from stdin; or none, and options that say which')
    .option('--children', 'and all that they started', false)
    .option('--no-payloads', 'leave inputs, results, events, messages and stream values out')
    .addOption(
      repeatable('--redact <path>', 'take out what stands at this path of any value, such as card.number'),
    )
    .action((ids: string[], _, command: Command) =>
      runExport(context, ids, command.optsWithGlobals<ExportFlags>()),
    )
  addSignatureOptions(command)
  return addFilterOptions(command)
}

async function runExport(context: Context, typed: readonly string[], flags: ExportFlags): Promise<void> {
  const { terminal, interrupts } = context
  const filter = toFilter(context, flags)
  requireOneChoice(typed, filter)
  if (terminal.stdout.isTerminal) {
    throw new CliError('usage', 'An export is a file, and stdout is a terminal.', {
      hint: 'add > workflows.jsonl to write it to one',
    })
  }
  const unused = new Set(flags.redact)
  const redact = flags.redact && createRedaction(flags.redact, (path) => unused.delete(path))
  await withReadStore(context, flags, async (store) => {
    const chosen = filter
      ? await matchingIds(store, await withWholeExecutor(context, store, filter))
      : await findTyped(context, store, typed)
    const workflowIds = flags.children
      ? [...new Set([...chosen, ...(await store.descendants(chosen))])]
      : chosen
    const exported = store.exportWorkflows({ workflowIds, payloads: flags.payloads })
    const pieces = redact ? redactLines(exported, redact) : exported
    for await (const text of pieces) {
      await terminal.stdout.writeBytes(text)
      if (interrupts.signal.aborted) return context.exitWith(interruptCode(context))
    }
    printNotice(context, `${counted(workflowIds.length, 'workflow')} of ${store.database.label} exported.`)
    for (const path of unused) printNotice(context, `Nothing stands at ${path}: nothing was taken out there.`)
  })
}

function requireOneChoice(typed: readonly string[], filter: WorkflowFilter | undefined): void {
  if (typed.length > 0 && filter) {
    throw new CliError('usage', 'Ids and filters cannot be combined.', {
      hint: command('export', [], { '--help': true }),
    })
  }
  if (typed.length > 0 || filter) return
  throw new CliError('usage', 'No workflows given to export.', {
    hint: phrase`${command('export', ['ID'])}, or ${command('export', [], { '--name': 'NAME' })}`,
  })
}

/** An id that is not there is told, and does not keep the others from being exported. */
async function findTyped(context: Context, store: Store, typed: readonly string[]): Promise<string[]> {
  const ids = await readIds(context, typed)
  const known = new Set(await store.existing(ids.filter((id) => id !== '@last')))
  const found: string[] = []
  for (const id of ids) {
    if (known.has(id)) found.push(id)
    else if (id === '@last' || ids.length === 1)
      found.push((await findExactWorkflow(context, store, id)).workflowId)
    else {
      printNotice(
        context,
        `There is no workflow ${id} in ${store.database.label}.`,
        phrase`hint: ${await notFoundHint(store, id)}`,
      )
      context.exitWith(exitCodes['not-found'].code)
    }
  }
  return [...new Set(found)]
}

async function* redactLines(
  pieces: AsyncIterable<Buffer>,
  redact: (line: string) => string,
): AsyncGenerator<Buffer> {
  for await (const lines of toLines(textOf(pieces)))
    yield Buffer.from(escapeJson(lines.map((line) => `${redact(line)}\n`).join('')))
}

/** No character is cut by a piece. */
async function* textOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const piece of pieces) yield piece.toString('utf8')
}
