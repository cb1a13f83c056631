import type { Context } from '../../context.ts'
import { asText } from '../../core/words/command-line.ts'
import { isEnded } from '../../core/workflow.ts'
import { outcomeSentence } from '../../render/outcome.ts'
import { toWorkflowJson } from '../../render/to-json.ts'
import { type OutputFlags, printOne, toResultText } from '../output-format.ts'
import { printNotice } from '../print-notice.ts'
import { reportToGitHub } from './ci-report.ts'
import { type FollowOutcome, outcomeCode } from './follow-workflows.ts'

export interface ResultFlags extends OutputFlags {
  readonly rawString: boolean
}

/** The result alone on stdout (or the workflow as JSON, or its id), what went wrong on stderr, and the exit code. */
export async function printOutcome(
  context: Context,
  flags: ResultFlags,
  outcome: FollowOutcome,
  workflowId: string,
  /** The picture, or its last line, has told how it ended. */
  isTold: boolean,
): Promise<void> {
  const { terminal } = context
  const workflow = outcome.workflows.get(workflowId)
  context.exitWith(outcomeCode(context, outcome, workflowId))
  if (!workflow || !isEnded(workflow.status)) return
  await reportToGitHub(context, [workflow])
  if (flags.output !== 'table')
    await printOne({ terminal }, flags, { json: toWorkflowJson(workflow), id: workflowId })
  else if (workflow.status === 'SUCCESS')
    await terminal.print(toResultText(terminal.stdout, workflow.output, flags.rawString))
  else if (!isTold) printNotice(context, asText(outcomeSentence(workflow)))
}
