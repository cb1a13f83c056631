import type { Context } from '../../context.ts'
import { worstExitCode } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { asText } from '../../core/words/command-line.ts'
import { isEnded } from '../../core/workflow.ts'
import { reportToGitHub } from '../../frame/follow/ci-report.ts'
import { follow, outcomeCode } from '../../frame/follow/follow-workflows.ts'
import { noteDetached } from '../../frame/follow/note-detached.ts'
import { type OutputFlags, printIds, toResultText } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { outcomeSentence } from '../../render/outcome.ts'
import { toJsonLine, toJsonText } from '../../render/to-json.ts'
import type { Settings } from '../../settings/settings.ts'

export interface ForkWaitFlags {
  readonly wait: boolean
  readonly timeout?: string
  readonly rawString: boolean
}

interface Copies {
  readonly copies: readonly string[]
  readonly flags: OutputFlags & Partial<ForkWaitFlags>
  readonly timeoutMs: number | undefined
}

/** Follows the copies to their end. One result stands alone on stdout, several with the ids of their workflows. */
export async function waitForCopies(
  context: Context,
  store: Store,
  { workflows }: Pick<Settings, 'workflows'>,
  { copies, flags, timeoutMs }: Copies,
): Promise<void> {
  const { terminal } = context
  const { stderr, stdout } = terminal
  const format = stderr.canRedraw ? 'picture' : 'heartbeat'
  const outcome = await follow(context, store, {
    ...{ workflowIds: copies, workflows, output: stderr, format, timeoutMs },
  })
  context.exitWith(worstExitCode(copies.map((id) => outcomeCode(context, outcome, id))))
  const ended = copies.flatMap((id) => {
    const workflow = outcome.workflows.get(id)
    return workflow && isEnded(workflow.status) ? [workflow] : []
  })
  for (const workflow of ended.filter(({ status }) => status !== 'SUCCESS'))
    printNotice(context, asText(`${workflow.workflowId}: ${outcomeSentence(workflow)}`))
  const values = ended
    .filter(({ status }) => status === 'SUCCESS')
    .map(({ workflowId, output }) => ({ workflowId, value: output }))
  const [only] = values
  if (flags.output === 'json') await terminal.print(toJsonText(values))
  else if (flags.output === 'ids')
    await printIds(
      terminal,
      values.map(({ workflowId }) => workflowId),
    )
  else if (flags.output === 'table' && copies.length === 1) {
    if (only) await terminal.print(toResultText(stdout, only.value, flags.rawString))
  } else for (const value of values) await terminal.print(toJsonLine(value))
  await reportToGitHub(context, ended)
  noteDetached(context, outcome, copies)
}
