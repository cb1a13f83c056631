import type { Tab, WorkflowsScreen } from '../../cockpit/cockpit-model.ts'
import { isOnTab } from '../../cockpit/screens/workflows-screen.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import { countedOnBoard, type Store, type WorkflowQuery } from '../../core/store.ts'
import type { KnownStatus } from '../../core/workflow.ts'
import type { Reading } from './reading.ts'

/** Of each status that goes on so many of the newest are looked through, and as many of the oldest. */
const surveyedRows = 500
/** The same where only their number is shown. */
const countedRows = 50

/** Looks through what goes on, for how much of it there is on each tab; `waiting` and `stuck` are no more than what it finds. */
export async function survey({ store, send }: Reading, screen: WorkflowsScreen): Promise<void> {
  const { tab, scope } = screen
  const isShown = tab === 'waiting' || tab === 'stuck'
  const limit = isShown ? surveyedRows : countedRows
  const { rows, counts } = await store.board({
    pages: [
      ...surveyPages(scope?.filter ?? {}, limit),
      ...(isShown ? await leftByTheDead(store, scope?.filter ?? {}) : []),
    ],
    isAsked: () => true,
    counted: (['running', 'failed'] as const).map((one) => tabFilter({ tab: one, scope })),
  })
  const on = (one: Tab) => rows.filter((row) => row.listed && isOnTab(row, one))
  const [running = 0, failed = 0] = counts
  const isCut = goingStatuses.some(
    (status) => rows.filter((row) => row.status === status).length >= 2 * limit,
  )
  const found = (one: Tab) => `${on(one).length}${isCut ? '+' : ''}`
  send({
    kind: 'counts',
    counts: {
      running: countText(running),
      waiting: found('waiting'),
      stuck: found('stuck'),
      failed: countText(failed),
    },
  })
  if (isShown) send({ kind: 'page', after: undefined, isEnd: true, rows: on(tab) })
}

function countText(count: number): string {
  return count > countedOnBoard ? `${countedOnBoard.toLocaleString('en')}+` : String(count)
}

type Chosen = Pick<WorkflowsScreen, 'tab' | 'scope'>

/** The first tab shows what no other workflow started, with its children counted: a fan-out is one row. */
export function isForRoots({ tab, scope }: Chosen): boolean {
  return tab === 'all' && scope === undefined
}

const statusesByTab: Readonly<Record<Tab, readonly KnownStatus[] | undefined>> = {
  all: undefined,
  running: ['PENDING'],
  waiting: undefined,
  stuck: undefined,
  failed: ['ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'],
}

export function tabFilter({ tab, scope }: Chosen): WorkflowFilter {
  const roots = tab === 'running' && scope === undefined ? { hasParent: false } : {}
  return { ...scope?.filter, ...roots, status: statusesByTab[tab] }
}

const goingStatuses = ['PENDING', 'ENQUEUED', 'DELAYED'] as const

/** What goes on, each status by itself, as Postgres has an index for each; and what was given up. */
function surveyPages(filter: WorkflowFilter, limit: number): readonly WorkflowQuery[] {
  const pages = goingStatuses.flatMap((status) =>
    (['newest', 'oldest'] as const).map((order) => ({ ...filter, status, order, limit })),
  )
  return [...pages, { ...filter, status: 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', limit }]
}

/** Wherever it stands among all that runs. */
async function leftByTheDead(store: Store, filter: WorkflowFilter): Promise<readonly WorkflowQuery[]> {
  const { deadExecutors } = await store.scanExecutors()
  const executorId = deadExecutors.map((dead) => dead.executorId)
  return executorId.length > 0 ? [{ ...filter, status: 'PENDING', executorId, limit: surveyedRows }] : []
}
