import type { Wait } from '../workflow.ts'
import type { LearnedAnswer } from './inbox-query.ts'

/** `<workflow>#<step>`, as the user types it. */
export function waitId(wait: Pick<Wait, 'workflowId' | 'step'>): string {
  return `${wait.workflowId}#${wait.step}`
}

/** What waits at the same step of the same kind of workflow was asked the same. */
export function waitKey({ name, step }: Pick<LearnedAnswer, 'name' | 'step'>): string {
  return `${name}#${step}`
}
