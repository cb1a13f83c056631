import type { Context } from '../../context.ts'
import { exitCodeByStatus } from '../../core/exit-codes.ts'
import type { Workflow } from '../../core/workflow.ts'
import { failureTitle, githubCommand, summaryTable } from '../../render/ci/github.ts'
import { errorSentence } from '../../render/outcome.ts'
import { escapeControlLines } from '../../render/text.ts'

export function isGitHubActions({ env }: Pick<Context, 'env'>): boolean {
  return env.GITHUB_ACTIONS === 'true'
}

/**
 * In GitHub Actions: an annotation for each workflow that ended badly, and all of them in the summary of the job.
 * Elsewhere nothing. A summary that cannot be written is no reason to fail.
 */
export async function reportToGitHub(
  context: Pick<Context, 'env' | 'terminal' | 'now' | 'appendFile'>,
  workflows: readonly Workflow[],
): Promise<void> {
  if (!isGitHubActions(context) || workflows.length === 0) return
  for (const workflow of workflows) {
    if (exitCodeByStatus(workflow.status) === 0) continue
    const { error, status } = workflow
    const text = error ? errorSentence(error) : `It ended ${status}.`
    const { terminal } = context
    const lines = escapeControlLines(text).join('\n')
    terminal.tellRunner(terminal.stderr, githubCommand('error', lines, failureTitle(workflow)))
  }
  const file = context.env.GITHUB_STEP_SUMMARY
  if (!file) return
  await context.appendFile(file, summaryTable(workflows, context.now())).catch(() => {})
}
