import { Command } from 'commander'
import type { Context } from '../context.ts'
import { withStore } from '../frame/database.ts'
import { explain, explanationText, surroundingsOf } from '../frame/explain.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../frame/output-format.ts'
import { findWorkflow } from '../frame/workflow-ids.ts'
import { toExplanationJson } from '../render/explanation-json.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface ExplainFlags extends DatabaseFlags, OutputFlags {}

export function explainCommand(context: Context): Command {
  const command = new Command('explain')
    .summary('say why a workflow does not move, and what mends it')
    .description(
      'Say why a workflow is where it is: the cause first, then the evidence, then the command that mends it.',
    )
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .action((id: string, _, command: Command) =>
      runExplain(context, id, command.optsWithGlobals<ExplainFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runExplain(context: Context, id: string, flags: ExplainFlags): Promise<void> {
  const { terminal } = context
  await withStore(context, flags, async (store, settings) => {
    const { workflowId } = await findWorkflow(context, store, id)
    const explanations = await explain(store, workflowId)
    if (!explanations) return
    const surroundings = surroundingsOf(store, settings)
    if (flags.output === 'table')
      return terminal.print(explanationText(context, terminal.stdout, explanations, surroundings))
    const json = toExplanationJson(explanations, surroundings, context.now())
    return printOne(context, flags, { json })
  })
}
