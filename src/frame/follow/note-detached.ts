import type { Context } from '../../context.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { isEnded } from '../../core/workflow.ts'
import { hasReaderLeft } from '../interrupt.ts'
import { printNotice } from '../print-notice.ts'
import type { FollowOutcome } from './follow-workflows.ts'

/** Leaving is not stopping: says so, with the command that comes back. */
export function noteDetached(
  { terminal, interrupts, databaseFlags }: Pick<Context, 'terminal' | 'interrupts' | 'databaseFlags'>,
  { reason, workflows }: FollowOutcome,
  workflowIds: readonly string[],
): void {
  if (reason !== 'interrupted' && reason !== 'timed-out') return
  if (hasReaderLeft({ interrupts })) return
  const running = workflowIds.filter((id) => {
    const workflow = workflows.get(id)
    return !workflow || !isEnded(workflow.status)
  })
  const subject = running.length === 1 ? 'The workflow goes' : `${running.length} workflows go`
  const why = reason === 'timed-out' ? 'Time ran out' : 'Detached'
  printNotice(
    { terminal, databaseFlags },
    phrase`${why}. ${subject} on; to come back: ${command('watch', running)}`,
  )
}
