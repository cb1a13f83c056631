import { isStuck } from '../../core/diagnosis/workflow-facts.ts'
import type { BoardRow } from '../../core/store.ts'
import { boardColumns } from '../../render/columns/board-columns.ts'
import { escapeName, truncate } from '../../render/text.ts'
import { formatTime } from '../../render/time-text.ts'
import { type Scope, type Tab, tabs, type WorkflowsScreen } from '../cockpit-model.ts'
import { listLines } from '../list-lines.ts'
import { moveOf } from '../moves.ts'
import {
  currentRow,
  emptyList,
  firstVisible,
  moveCursor,
  type RowKind,
  withRows,
  withSearch,
} from '../row-list.ts'
import { type ScreenKind, subjectOfRow, workflowKeys } from '../screen-kind.ts'
import { openScreen, stay, withScreen } from '../turns.ts'
import { mergePage, mostRows, refreshRows } from './merge-rows.ts'
import { nextTab, tabLine } from './tab-line.ts'
import { createWorkflowScreen } from './workflow-screen.ts'

const boardRows: RowKind<BoardRow> = {
  idOf: ({ workflowId }) => workflowId,
  textsOf: ({ workflowId, name, status, executorId, queue, version, listed }) => [
    ...[workflowId, name, status, executorId, queue, version],
    listed?.error?.message,
    ...(listed?.waits.map(({ prompt }) => prompt) ?? []),
  ],
}

export function createWorkflowsScreen(tab: Tab = 'all', scope?: Scope, holds = false): WorkflowsScreen {
  return {
    kind: 'workflows',
    tab,
    scope,
    holds,
    list: emptyList(),
    isRead: false,
    isComplete: false,
    stoppedAt: null,
    counts: {},
  }
}

/** Whether a workflow belongs to a tab, as far as is known of it. */
export function isOnTab({ status, listed }: BoardRow, tab: Tab): boolean {
  switch (tab) {
    case 'all':
      return true
    case 'running':
      return status === 'PENDING'
    case 'failed':
      return status === 'ERROR' || status === 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'
    case 'stuck':
      return listed === undefined || isStuck(listed.cause)
    case 'waiting':
      if (listed === undefined) return isQueued(status)
      // A fan-out that waits for its place is one row, and not this one.
      if (listed.parentId !== null && isQueued(status)) return false
      return !isStuck(listed.cause) && isWaiting(listed.cause.kind)
  }
}

function isQueued(status: BoardRow['status']): boolean {
  return status === 'ENQUEUED' || status === 'DELAYED'
}

/** What waits for its time, its place or somebody else: nothing works on it now. */
function isWaiting(kind: NonNullable<BoardRow['listed']>['cause']['kind']): boolean {
  return /^(waits-|answer-unread|sleeps|delayed|due|not-taken|queue-full)/.test(kind)
}

/** The age of what is younger is told in seconds. */
const inSecondsMs = 60_000

const emptyByTab: Readonly<Record<Tab, string>> = {
  all: 'no workflow here',
  running: 'nothing runs',
  waiting: 'nothing waits',
  stuck: 'nothing is stuck',
  failed: 'nothing failed',
}

export const workflowsKind: ScreenKind<WorkflowsScreen> = {
  sourceOf: ({ tab, scope }) => JSON.stringify(['workflows', tab, scope?.filter]),
  titleOf: ({ scope }) => (scope ? `workflows ${escapeName(scope.label)}` : 'workflows'),
  draw: (screen, frame, room) => {
    const { tab, counts, list, isRead } = screen
    const { style, width } = frame
    const line = tabLine({ names: tabs, chosen: tab, counts }, width, style)
    const empty = isRead ? emptyByTab[tab] : 'looking …'
    const end = endLine(screen)
    const rest = end === undefined ? [] : [style.faint(truncate(`  ${end}`, width))]
    return [
      line,
      ...listLines(list, boardColumns, frame, Math.max(2, room - 1 - rest.length), empty),
      ...rest,
    ]
  },
  take: (screen, data) => {
    const { list, tab } = screen
    switch (data.kind) {
      case 'page': {
        const rows = mergePage(list.rows, data)
        const isComplete = data.isEnd || screen.isComplete || rows.length >= mostRows
        if (screen.isRead && rows === list.rows && isComplete === screen.isComplete) return screen
        const held = screen.holds && screen.isRead
        return { ...screen, isRead: true, isComplete, list: withRows(list, rows, boardRows, held) }
      }
      case 'refreshed': {
        const rows = refreshRows(list.rows, data.ids, data.rows, (row) => isOnTab(row, tab))
        return rows === list.rows
          ? screen
          : { ...screen, list: withRows(list, rows, boardRows, screen.holds) }
      }
      case 'stopped':
        return { ...screen, isComplete: true, stoppedAt: data.at }
      case 'counts':
        return { ...screen, counts: { ...screen.counts, ...data.counts } }
      default:
        return screen
    }
  },
  press: (screen, key, { cockpit, room }) => {
    const by = moveOf(key, Math.max(1, room - 3))
    if (by !== undefined) return stay(withScreen(cockpit, { ...screen, list: moveCursor(screen.list, by) }))
    if (key.name === 'return') {
      const row = currentRow(screen.list)
      if (!row) return stay(cockpit)
      return stay(openScreen(cockpit, createWorkflowScreen(row.workflowId, cockpit.surroundings)))
    }
    const tab = nextTab(tabs, screen.tab, key)
    if (tab === undefined) return undefined
    const { scope, holds, counts, list } = screen
    const other = createWorkflowsScreen(tab, scope, holds)
    return stay(withScreen(cockpit, { ...other, counts, list: { ...other.list, search: list.search } }))
  },
  agesAfterMs: ({ list }, room, now) => {
    const first = firstVisible(list, room)
    const isYoung = list.shown
      .slice(first, first + room)
      .some(({ createdAt }) => now.getTime() - createdAt.getTime() < inSecondsMs)
    return isYoung ? 2000 : 10_000
  },
  subjectOf: ({ list }) => subjectOfRow(currentRow(list)),
  searchOf: ({ list }) => list.search,
  withSearch: (screen, search) => ({ ...screen, list: withSearch(screen.list, search, boardRows) }),
  copyOf: ({ list }) => currentRow(list)?.workflowId,
  keys: [['enter', 'open'], ['/', 'filter'], ['tab', 'next'], ['e', 'explain'], ...workflowKeys],
}

/** What was not looked at is said. */
function endLine({ list, isComplete, stoppedAt }: WorkflowsScreen): string | undefined {
  const { rows, search, cursor, shown } = list
  if (stoppedAt !== null) {
    const isAtEnd = cursor === shown.length - 1 || search !== ''
    return isAtEnd ? `not looked further back than ${formatTime(stoppedAt)}` : undefined
  }
  const isCut = !isComplete || rows.length >= mostRows
  return isCut && search !== '' ? `among the newest ${rows.length.toLocaleString('en')}` : undefined
}
