import { dbosStep } from '../core/dbos-names.ts'
import type { Step } from '../core/workflow.ts'

/** Steps that DBOS records for what is shown as an event, a stream value or a child already. */
const shownElsewhere: readonly string[] = [
  dbosStep.setEvent,
  dbosStep.writeStream,
  dbosStep.closeStream,
  dbosStep.getResult,
  dbosStep.getStatus,
  dbosStep.now,
  dbosStep.randomUUID,
]

/** True for a step that would only repeat what stands beside it. */
export function isShownElsewhere(step: Step): boolean {
  return step.childId !== null || shownElsewhere.includes(step.name) || isDeadline(step)
}

/** What `recv` notes before it waits: a sleep that takes no time. */
function isDeadline({ name, startedAt, completedAt }: Step): boolean {
  return name === dbosStep.sleep && startedAt !== null && startedAt.getTime() === completedAt?.getTime()
}
