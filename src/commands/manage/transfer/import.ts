import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { exitCodes } from '../../../core/exit-codes.ts'
import type { ImportedWorkflows } from '../../../core/transfer/imported-workflows.ts'
import { requireUtf8 } from '../../../core/transfer/require-utf8.ts'
import { confirm } from '../../../frame/confirm.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { addSignatureOptions, type SignatureFlags } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import { importColumns } from '../../../render/columns/import-columns.ts'
import { toImportedJson } from '../../../render/to-json.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'

interface ImportFlags extends DatabaseFlags, OutputFlags, SignatureFlags {
  readonly newIds: boolean
  readonly yes: boolean
}

export function importCommand(context: Context): Command {
  const command = new Command('import')
    .summary('bring exported workflows in, where nothing of them runs')
    .description(
      'Bring in what export wrote, from a file or stdin, whole or not at all. What had ended stays as it ended; what was active comes in as CANCELLED. Nothing runs until you type resume, rewind or fork.',
    )
    .argument('[file]', 'of an export; by default it is read from stdin')
    .option(
      '--new-ids',
      'give each workflow an id of its own; else what is there already stays as it is',
      false,
    )
    .option('--yes', 'do not ask', false)
    .action((file: string | undefined, _, command: Command) =>
      runImport(context, file, command.optsWithGlobals<ImportFlags>()),
    )
  addSignatureOptions(command)
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runImport(context: Context, file: string | undefined, flags: ImportFlags): Promise<void> {
  const bytes =
    file === undefined || file === '-' ? context.terminal.stdinBytes() : await context.readChunks(file)
  await withStore(
    context,
    flags,
    async (store) => {
      const { label, own } = store.database
      // Into drover's own database nothing comes that anybody else looks at.
      const question = `Import workflows into ${label}?`
      await confirm(context, store, { what: 'Import workflows', question }, flags.yes || own)
      const { workflows, lost } = await store.importWorkflows({
        chunks: requireUtf8(bytes),
        newIds: flags.newIds,
      })
      for (const rows of inPages(
        workflows,
        isPrintedWhole(context, flags) ? Number.POSITIVE_INFINITY : 1000,
      )) {
        await printRows(context, flags, {
          rows,
          columns: importColumns,
          toJson: toImportedJson,
          toId: ({ workflowId, newWorkflowId }) => newWorkflowId ?? workflowId,
          empty: 'The export holds no workflow.',
        })
      }
      for (const sentence of lost) printNotice(context, sentence)
      printNotice(context, summaryOf(workflows, label))
      if (workflows.existing > 0) context.exitWith(exitCodes.conflict.code)
    },
    { create: true },
  )
}

/** An array, and columns that are as wide as the widest. */
function isPrintedWhole({ terminal }: Context, { output }: OutputFlags): boolean {
  return output === 'json' || (output === 'table' && terminal.stdout.isTerminal)
}

/** One at least, which may be empty. */
function* inPages<Row>(rows: Iterable<Row>, size: number): Generator<readonly Row[]> {
  let page: Row[] = []
  let isFirst = true
  for (const row of rows) {
    if (page.length === size) {
      yield page
      isFirst = false
      page = []
    }
    page.push(row)
  }
  if (isFirst || page.length > 0) yield page
}

function summaryOf({ imported, existing, stopped }: ImportedWorkflows, label: string): string {
  const notes = [
    `${imported} imported into ${label}`,
    ...(stopped > 0 ? [`${stopped} that ${stopped === 1 ? 'was' : 'were'} active as CANCELLED`] : []),
    ...(existing > 0 ? [`${existing} there already: --new-ids brings copies in`] : []),
  ]
  return `${notes.join(', ')}.`
}
