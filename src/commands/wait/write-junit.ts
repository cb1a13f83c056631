import path from 'node:path'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import type { FollowOutcome } from '../../frame/follow/follow-workflows.ts'
import { type JunitSuite, renderJunit } from '../../render/ci/junit.ts'
import { toWorkflowSuite } from '../../render/ci/workflow-suite.ts'
import type { Verdict } from './verdict.ts'

interface Report {
  readonly file: string
  readonly verdicts: readonly Verdict[]
  readonly outcome: FollowOutcome
}

type Writer = Pick<Context, 'cwd' | 'writeFile'>

/** Before the waiting begins: a report of an earlier run must not pass for this one's. Throws `output-failed`. */
export function writeEmptyJunit(context: Writer, file: string): Promise<void> {
  return writeSuites(context, file, [])
}

/** What came of it, for a CI system: a suite for each workflow that was judged. Throws `output-failed`. */
export async function writeJunit(
  context: Writer & Pick<Context, 'now'>,
  store: Store,
  { file, verdicts, outcome }: Report,
): Promise<void> {
  const suites: JunitSuite[] = []
  for (const { expectation, failure } of verdicts) {
    const { workflowId, asked } = expectation
    const workflow = outcome.workflows.get(workflowId) ?? (await store.get(workflowId))
    if (!workflow) continue
    const steps = await store.steps(workflowId)
    suites.push(toWorkflowSuite({ workflow, steps, asked, failure }, context.now()))
  }
  await writeSuites(context, file, suites)
}

/** Throws `output-failed`. */
export async function writeSuites(
  { cwd, writeFile }: Writer,
  file: string,
  suites: readonly JunitSuite[],
): Promise<void> {
  try {
    await writeFile(path.resolve(cwd, file), renderJunit(suites))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('output-failed', `Cannot write the report: ${reason}.`, {
      hint: '--junit takes a file in a folder that is there',
    })
  }
}
