import path from 'node:path'
import type { Context } from '../../context.ts'
import type { Store } from '../../core/store.ts'
import type { FollowOutcome } from '../../frame/follow.ts'
import { type JunitSuite, renderJunit } from '../../render/junit.ts'
import type { Verdict } from './verdict.ts'

interface Report {
  readonly file: string
  readonly verdicts: readonly Verdict[]
  readonly outcome: FollowOutcome
}

/** What came of it, for a CI system: a suite for each workflow that was judged. */
export async function writeJunit(
  { cwd, now, writeFile }: Pick<Context, 'cwd' | 'now' | 'writeFile'>,
  store: Store,
  { file, verdicts, outcome }: Report,
): Promise<void> {
  const suites: JunitSuite[] = []
  for (const { expectation, failure } of verdicts) {
    const { workflowId, asked } = expectation
    const workflow = outcome.workflows.get(workflowId) ?? (await store.get(workflowId))
    if (workflow) suites.push({ workflow, steps: await store.steps(workflowId), asked, failure })
  }
  await writeFile(path.resolve(cwd, file), renderJunit(suites, now()))
}
