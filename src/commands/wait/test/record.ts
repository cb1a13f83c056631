import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import { renderCase } from '../../../core/testing/record/case-text.ts'
import { recordCase } from '../../../core/testing/record/record-case.ts'
import { command } from '../../../core/words/command-line.ts'
import { printOne } from '../../../frame/output-format.ts'
import { withStore } from '../../../frame/with-store.ts'
import { findWorkflow } from '../../../frame/workflow-ids.ts'
import type { TestFlags } from './test-flags.ts'

/** Prints the case of a run that has ended. */
export async function printRecorded(
  context: Context,
  files: readonly string[],
  id: string,
  flags: TestFlags,
): Promise<void> {
  if (files.length > 0) {
    throw new CliError('usage', '--record prints a case, and takes no file.', {
      hint: command('test', [], { '--record': id }),
    })
  }
  await withStore(context, flags, async (store) => {
    const workflow = await findWorkflow(context, store, id)
    const recorded = await recordCase(store, workflow)
    const text = renderCase(recorded, workflow.workflowId).trimEnd()
    await printOne(context, flags, { json: { cases: [recorded] }, text })
  })
}
