import { Command } from 'commander'
import type { Context } from '../context.ts'
import { parseAssertions, requireAssertions } from '../core/assertion.ts'
import { CliError } from '../core/errors.ts'
import { exitCodeByStatus } from '../core/exit-codes.ts'
import { shellWord } from '../core/shell-word.ts'
import { endedBadly } from '../core/waiting.ts'
import { isEnded } from '../core/workflow.ts'
import { addAssertOption } from '../frame/assert-option.ts'
import { withStore } from '../frame/database.ts'
import {
  addOutputOptions,
  isJsonOutput,
  type OutputFlags,
  printOne,
  toResultText,
} from '../frame/output-format.ts'
import { tell } from '../frame/tell.ts'
import { findWorkflow } from '../frame/workflow-ids.ts'
import { outcomeSentence } from '../render/outcome.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface ResultFlags extends DatabaseFlags, OutputFlags {
  readonly rawString: boolean
  readonly assert: readonly string[]
}

export function resultCommand(context: Context): Command {
  const command = new Command('result')
    .summary('print the result of a workflow that has ended')
    .description(
      'Print the result of a workflow as JSON. One that has not ended is 9: drover wait waits for its end.',
    )
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .option('-r, --raw-string', 'print a string without quotes', false)
  addAssertOption(command)
  command.action((id: string, _, command: Command) =>
    runResult(context, id, command.optsWithGlobals<ResultFlags>()),
  )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runResult(context: Context, id: string, flags: ResultFlags): Promise<void> {
  const assertions = await parseAssertions(flags.assert)
  await withStore(context, flags, async (store) => {
    const workflow = await findWorkflow(context, store, id)
    const { workflowId, status, output } = workflow
    if (!isEnded(status)) {
      throw new CliError('not-ended', `${workflowId} is ${status} and has no result yet.`, {
        hint: `drover wait ${shellWord(workflowId)}`,
      })
    }
    context.exitWith(exitCodeByStatus(status))
    if (status !== 'SUCCESS' && isJsonOutput(flags)) throw endedBadly(workflow)
    if (status !== 'SUCCESS') {
      tell(context, outcomeSentence(workflow))
      return tell(context, `hint: drover explain ${shellWord(workflowId)}`)
    }
    const text = toResultText(context.terminal.stdout, output, flags.rawString)
    await printOne(context, flags, { json: output, text })
    requireAssertions(assertions, workflowId, output)
  })
}
