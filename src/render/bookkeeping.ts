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
export function isShownElsewhere(step: { readonly name: string; readonly childId: string | null }): boolean {
  return step.childId !== null || shownElsewhere.includes(step.name)
}

/** True for a step of DBOS itself, such as a sleep. */
export function isBookkeeping(name: string): boolean {
  return name.startsWith('DBOS.')
}
