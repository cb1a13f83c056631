import type { Queue } from '../../core/platform.ts'
import { queueColumns } from '../../render/columns/platform-columns.ts'
import type { QueuesScreen } from '../cockpit-model.ts'
import { listLines } from '../list-lines.ts'
import { moveOf } from '../moves.ts'
import { currentRow, emptyList, moveCursor, type RowKind, withRows, withSearch } from '../row-list.ts'
import type { ScreenKind } from '../screen-kind.ts'
import { openScreen, stay, withScreen } from '../turns.ts'
import { createWorkflowsScreen } from './workflows-screen.ts'

export function createQueuesScreen(): QueuesScreen {
  return { kind: 'queues', list: emptyList(), isRead: false }
}

const queueRows: RowKind<Queue> = {
  idOf: ({ name }) => name,
  textsOf: ({ name, application }) => [name, application],
}

export const queuesKind: ScreenKind<QueuesScreen> = {
  sourceOf: () => 'queues',
  titleOf: () => 'queues',
  draw: ({ list, isRead }, frame, room) =>
    listLines(list, queueColumns, frame, room, isRead ? 'no queue is registered' : 'looking …'),
  take: (screen, data) =>
    data.kind === 'queues'
      ? { ...screen, isRead: true, list: withRows(screen.list, data.queues, queueRows) }
      : screen,
  press: (screen, key, { cockpit, room }) => {
    const by = moveOf(key, Math.max(1, room - 2))
    if (by !== undefined) return stay(withScreen(cockpit, { ...screen, list: moveCursor(screen.list, by) }))
    if (key.name !== 'return') return undefined
    const queue = currentRow(screen.list)
    if (!queue) return stay(cockpit)
    const scope = { label: `on ${queue.name}`, filter: { queue: queue.name } }
    return stay(openScreen(cockpit, createWorkflowsScreen('all', scope)))
  },
  subjectOf: () => undefined,
  searchOf: ({ list }) => list.search,
  withSearch: (screen, search) => ({ ...screen, list: withSearch(screen.list, search, queueRows) }),
  copyOf: ({ list }) => currentRow(list)?.name,
  keys: [
    ['enter', 'its workflows'],
    ['/', 'filter'],
    ['y', 'copy name'],
  ],
}
