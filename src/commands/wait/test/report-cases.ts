import path from 'node:path'
import type { Context } from '../../../context.ts'
import type { CliError } from '../../../core/errors.ts'
import type { CaseResult } from '../../../core/testing/case-result.ts'
import type { TestCase } from '../../../core/testing/test-case.ts'
import { isGitHubActions } from '../../../frame/follow/ci-report.ts'
import { githubCommand } from '../../../render/ci/github.ts'
import { annotationsOf, casesTable, toCaseSuites } from '../../../render/testing/case-reports.ts'
import { writeEmptyJunit, writeSuites } from '../write-junit.ts'
import type { TestFlags } from './test-flags.ts'

/** A report of an earlier run must not pass for this one's. Throws `output-failed`. */
export function refuseJunit(context: Context, file: string): Promise<void> {
  return writeEmptyJunit(context, file)
}

/** For CI systems: JUnit, and in GitHub Actions annotations and the summary of the job, which nothing fails for. */
export async function reportCases(
  context: Context,
  results: readonly CaseResult[],
  { junit }: Pick<TestFlags, 'junit'>,
): Promise<void> {
  const { env, cwd, terminal } = context
  if (isGitHubActions(context)) {
    const fileOf = (file: string) => path.relative(env.GITHUB_WORKSPACE || cwd, path.resolve(cwd, file))
    for (const { text, title, file, line } of results.flatMap(annotationsOf)) {
      const place = { file: fileOf(file), line }
      terminal.tellRunner(terminal.stderr, githubCommand('error', text, title, place))
    }
    const summary = env.GITHUB_STEP_SUMMARY
    if (summary) await context.appendFile(summary, casesTable(results)).catch(() => {})
  }
  if (junit !== undefined) await writeSuites(context, junit, toCaseSuites(results))
}

/** Nothing could be run at all: each case has that in the report. */
export async function reportNotRun(
  context: Context,
  cases: readonly TestCase[],
  { junit }: Pick<TestFlags, 'junit'>,
  { code, message, advice }: CliError,
): Promise<void> {
  if (junit === undefined || code === 'output-failed') return
  const results = cases.map(
    (test): CaseResult => ({
      ...{
        test,
        outcome: 'error',
        workflowId: null,
        startedId: null,
        startedAt: context.now(),
        durationMs: 0,
      },
      ...{ failures: [], skippedFor: null, saved: {} },
      error: { code, message, advice, line: test.line },
    }),
  )
  await writeSuites(context, junit, toCaseSuites(results))
}
