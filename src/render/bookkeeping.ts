import type { Step } from '../core/workflow.ts'

/** Steps that DBOS records for what is shown as an event, a stream value or a child already. */
const shownElsewhere = [
  'DBOS.setEvent',
  'DBOS.writeStream',
  'DBOS.closeStream',
  'DBOS.getResult',
  'DBOS.getStatus',
  'DBOS.now',
  'DBOS.randomUUID',
]

/** True for a step that would only repeat what stands beside it. */
export function isShownElsewhere(step: Step): boolean {
  return step.childId !== null || shownElsewhere.includes(step.name) || isDeadline(step)
}

/** What `recv` notes before it waits: a sleep that takes no time. */
function isDeadline({ name, startedAt, completedAt }: Step): boolean {
  return name === 'DBOS.sleep' && startedAt !== null && startedAt.getTime() === completedAt?.getTime()
}

/** True for a step of DBOS itself, such as a sleep. */
export function isBookkeeping(name: string): boolean {
  return name.startsWith('DBOS.')
}
