import type { Context } from '../../context.ts'
import { findLeftBehind } from '../../core/decide/find-left-behind.ts'
import type { Store } from '../../core/store.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { escapeName, shortExecutor } from '../../render/text.ts'

/** Says where nobody is there to take on what was sent, with the command that hands the workflow over. */
export async function noteLeftBehind(
  context: Context,
  store: Store,
  workflowIds: readonly string[],
): Promise<void> {
  const left = await findLeftBehind(store, workflowIds)
  const [first] = left
  if (!first) return
  const { workflowId, executorId } = first
  const isOne = left.length === 1
  const who = isOne
    ? `take on ${escapeName(workflowId)}: executor ${shortExecutor(executorId ?? '')} is not connected`
    : `take on ${left.length} of these workflows: their executors are not connected`
  const takeOver = command('recover', isOne ? [workflowId] : [])
  printNotice(context, phrase`stuck: nobody is there to ${who}. To fix it: ${takeOver}`)
}
