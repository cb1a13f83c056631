import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { explain } from '../../core/diagnosis/explain-workflow.ts'
import { orPicked } from '../../frame/cockpit/pick-workflow.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { explanationText, surroundingsOf } from '../../frame/print-explanation.ts'
import { showEach } from '../../frame/show-each.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { isOneId, readIds } from '../../frame/workflow-ids.ts'
import { toExplanationJson } from '../../render/explain/explanation-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface ExplainFlags extends DatabaseFlags, OutputFlags {}

export function explainCommand(context: Context): Command {
  const command = new Command('explain')
    .summary('say why a workflow does not move, and what fixes it')
    .description(
      'Say why a workflow is where it is: the cause first, then the evidence, then the command that fixes it.',
    )
    .argument(
      '[id...]',
      'ids, the first 8 characters or more of a UUID, or @last; - reads them from stdin; without one on a terminal: pick it',
    )
    .action(async (ids: string[], _, command: Command) =>
      runExplain(context, await orPicked(context, command, ids), command.optsWithGlobals<ExplainFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runExplain(context: Context, typed: readonly string[], flags: ExplainFlags): Promise<void> {
  const ids = await readIds(context, typed)
  await withReadStore(context, flags, (store, settings) =>
    showEach(
      context,
      store,
      { ids, isAlone: isOneId(typed), between: '', flags },
      async ({ workflowId }, print) => {
        const surroundings = surroundingsOf(context, store, settings)
        const explanations = await explain(store, workflowId, surroundings)
        if (!explanations) return
        const text = explanationText(context, context.terminal.stdout, explanations, surroundings)
        await print({ json: toExplanationJson(explanations, surroundings, context.now()), text })
      },
    ),
  )
}
