import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { compareSteps, type StepPair } from '../../core/diagnosis/compare-steps.ts'
import { addListOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { findWorkflow } from '../../frame/workflow-ids.ts'
import { diffColumns } from '../../render/columns/diff-columns.ts'
import { toStepPairJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface DiffFlags extends DatabaseFlags, OutputFlags {
  readonly all: boolean
}

export function diffCommand(context: Context): Command {
  const command = new Command('diff')
    .summary('compare the steps of two workflows, such as a run and its fork')
    .argument('<left>', 'an id, the first 8 characters or more of a UUID, or @last')
    .argument('<right>', 'the other one')
    .option('--all', 'also the steps that are the same', false)
    .action((left: string, right: string, _, command: Command) =>
      runDiff(context, [left, right], command.optsWithGlobals<DiffFlags>()),
    )
  return addListOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runDiff(
  context: Context,
  [left, right]: readonly [string, string],
  flags: DiffFlags,
): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    const one = await findWorkflow(context, store, left)
    const other = await findWorkflow(context, store, right)
    const pairs = compareSteps(await store.steps(one.workflowId), await store.steps(other.workflowId))
    await printRows(context, flags, {
      rows: flags.all ? pairs : pairs.filter(({ difference }) => difference !== 'same'),
      columns: diffColumns,
      toJson: toStepPairJson,
      toId: ({ step }) => String(step),
      empty: `${one.workflowId} and ${other.workflowId} recorded the same ${pairs.length} steps.`,
    })
    if (flags.output === 'table') printNotice(context, describe(pairs, one.status, other.status))
  })
}

function describe(pairs: readonly StepPair[], left: string, right: string): string {
  const same = pairs.filter(({ difference }) => difference === 'same').length
  return `${same} of ${pairs.length} steps are the same; left is ${left}, right is ${right}.`
}
