import { isDbosStep } from '../../core/dbos-names.ts'
import type { Step, Workflow } from '../../core/workflow.ts'
import { errorSentence } from '../outcome.ts'
import type { JunitCase, JunitSuite } from './junit.ts'

/** What was asked of a workflow, and what came of it. */
interface Asked {
  readonly workflow: Workflow
  readonly steps: readonly Step[]
  /** What was asked for, such as `ended`. */
  readonly asked: string
  /** Why it was not met; null when it was. */
  readonly failure: string | null
}

/** A workflow as a suite of tests: its steps are the cases, those of DBOS itself left out, and what was asked of it is the last one. */
export function toWorkflowSuite({ workflow, steps, asked, failure }: Asked, now: Date): JunitSuite {
  const { name: classname, workflowId, createdAt, completedAt } = workflow
  const durationMs = msBetween(createdAt, completedAt ?? now)
  const cases: JunitCase[] = steps
    .filter(({ name }) => !isDbosStep(name))
    .map(({ step, name, startedAt, completedAt: endedAt, error }) => ({
      classname,
      name: `${step} ${name}`,
      durationMs: msBetween(startedAt, endedAt),
      problem: error && { kind: 'failure', message: errorSentence(error), text: error.stack },
    }))
  cases.push({
    classname,
    name: asked,
    durationMs,
    problem: failure === null ? null : { kind: 'failure', message: failure, text: workflow.error?.stack },
  })
  return { name: `${classname} ${workflowId}`, durationMs, startedAt: createdAt, cases }
}

function msBetween(start: Date | null, end: Date | null): number {
  return start && end ? end.getTime() - start.getTime() : 0
}
