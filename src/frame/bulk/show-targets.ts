import type { Context } from '../../context.ts'
import { isLeftBehind } from '../../core/diagnosis/left-behind.ts'
import type { PlannedTarget } from '../../core/manage/ledger.ts'
import { type BulkVerb, infinitiveOf } from '../../core/manage/manage.ts'
import type { Store } from '../../core/store.ts'
import { describeKinds, targetColumns } from '../../render/columns/target-columns.ts'
import { createStyle } from '../../render/style.ts'
import { renderTable } from '../../render/table.ts'
import { printNotice } from '../print-notice.ts'

const shownRows = 10
const shownIds = 5
const counted = 1000

/** What is about to be changed: on a terminal the first of them in a table. Returns of what kinds they are. */
export async function showTargets(
  context: Context,
  store: Store,
  verb: BulkVerb,
  targets: readonly PlannedTarget[],
): Promise<string> {
  const { terminal, now } = context
  const { stderr } = terminal
  if (!stderr.isTerminal) {
    const sample = targets.slice(0, shownIds).map(({ workflowId, status }) => `${workflowId} (${status})`)
    const more = targets.length > shownIds ? ` and ${targets.length - shownIds} more` : ''
    printNotice(
      { terminal },
      `To ${infinitiveOf(verb)} in ${store.database.label}: ${sample.join(', ')}${more}`,
    )
    return ''
  }
  const states = await store.states(targets.slice(0, counted).map(({ workflowId }) => workflowId))
  const stateById = new Map(states.map((state) => [state.workflowId, state]))
  const executors = states.some(({ status }) => status === 'PENDING') ? await store.executors() : undefined
  const rows = targets.slice(0, shownRows).flatMap(({ workflowId }) => {
    const state = stateById.get(workflowId)
    return state ? [{ ...state, isLeftBehind: isLeftBehind(state, executors) }] : []
  })
  const style = createStyle(stderr.colorLevel)
  const more = targets.length - rows.length
  terminal.note(
    [
      ...renderTable(targetColumns, rows, { style, width: stderr.columns, now: now() }),
      ...(more > 0 ? [style.faint(`… ${more} more; --dry-run lists them all`)] : []),
    ].join('\n'),
  )
  return describeKinds(states)
}
