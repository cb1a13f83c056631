import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { exitCodeByStatus } from '../../core/exit-codes.ts'
import { parseAssertions, requireAssertions } from '../../core/wait/assertion.ts'
import { endedBadly } from '../../core/wait/waiting.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { isEnded, type Workflow } from '../../core/workflow.ts'
import { addAssertOption } from '../../frame/assert-option.ts'
import {
  addOutputOptions,
  isJsonOutput,
  type One,
  type OutputFlags,
  toResultText,
} from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { showEach } from '../../frame/show-each.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { isOneId, readIds } from '../../frame/workflow-ids.ts'
import { outcomeSentence } from '../../render/outcome.ts'
import { toJsonLine } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface ResultFlags extends DatabaseFlags, OutputFlags {
  readonly rawString: boolean
  readonly assert: readonly string[]
}

export function resultCommand(context: Context): Command {
  const command = new Command('result')
    .summary('print the results of workflows that have ended')
    .description(
      'Print the result of a workflow as JSON; of several one a line, with its id. One that has not ended is 9: drover wait waits for its end.',
    )
    .argument('<id...>', 'ids, the first 8 characters or more of a UUID, or @last; - reads them from stdin')
    .option('-r, --raw-string', 'print a string without quotes', false)
  addAssertOption(command)
  command.action((ids: string[], _, command: Command) =>
    runResult(context, ids, command.optsWithGlobals<ResultFlags>()),
  )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runResult(context: Context, typed: readonly string[], flags: ResultFlags): Promise<void> {
  const assertions = await parseAssertions(flags.assert)
  const ids = await readIds(context, typed)
  const isAlone = isOneId(typed)
  await withReadStore(context, flags, (store) =>
    showEach(context, store, { ids, isAlone, flags }, async (workflow, print) => {
      const { workflowId, status, output } = workflow
      if (!isEnded(status)) {
        throw new CliError('not-ended', `${workflowId} is ${status} and has no result yet.`, {
          hint: command('wait', [workflowId]),
        })
      }
      context.exitWith(exitCodeByStatus(status))
      if (status !== 'SUCCESS' && isJsonOutput(flags)) throw endedBadly(workflow)
      if (status !== 'SUCCESS') return tellFailure(context, workflow, isAlone)
      await print(isAlone ? aloneOf(context, workflow, flags) : oneOfSeveral(workflow))
      requireAssertions(assertions, workflowId, output)
    }),
  )
}

function tellFailure(context: Context, workflow: Workflow, isAlone: boolean): void {
  const sentence = outcomeSentence(workflow)
  printNotice(context, isAlone ? sentence : `${workflow.workflowId}: ${sentence}`)
  printNotice(context, phrase`hint: ${command('explain', [workflow.workflowId])}`)
}

function aloneOf({ terminal }: Context, { output }: Workflow, { rawString }: ResultFlags): One {
  return { json: output, text: toResultText(terminal.stdout, output, rawString) }
}

/** As `wait` prints it. */
function oneOfSeveral({ workflowId, output: value }: Workflow): One {
  const json = { workflowId, value }
  return { json, text: toJsonLine(json) }
}
