import type { Worker } from '../../core/run/list-workers.ts'
import { workerColumns } from '../../render/columns/worker-columns.ts'
import { truncate } from '../../render/text.ts'
import type { WorkersScreen } from '../cockpit-model.ts'
import { listLines } from '../list-lines.ts'
import { moveOf } from '../moves.ts'
import { currentRow, emptyList, moveCursor, type RowKind, withRows, withSearch } from '../row-list.ts'
import type { ScreenKind } from '../screen-kind.ts'
import { openScreen, stay, withScreen } from '../turns.ts'
import { createWorkflowsScreen } from './workflows-screen.ts'

export function createWorkersScreen(): WorkersScreen {
  return { kind: 'workers', list: emptyList(), isRead: false, isBlind: false }
}

const workerRows: RowKind<Worker> = {
  idOf: ({ executorId }) => executorId,
  textsOf: ({ executorId, application, version, state }) => [executorId, application, version, state],
}

export const workersKind: ScreenKind<WorkersScreen> = {
  sourceOf: () => 'workers',
  titleOf: () => 'workers',
  draw: ({ list, isRead, isBlind }, frame, room) => {
    const { style, width } = frame
    const blind = isBlind
      ? [style.warning(truncate('! who lives is hidden from this role: grant pg_read_all_stats', width))]
      : []
    const empty = isRead ? 'no worker is live' : 'looking …'
    return [...blind, ...listLines(list, workerColumns, frame, room - blind.length, empty)]
  },
  take: (screen, data) => {
    if (data.kind !== 'workers') return screen
    const { workers, isBlind } = data
    return { ...screen, isRead: true, isBlind, list: withRows(screen.list, workers, workerRows) }
  },
  press: (screen, key, { cockpit, room }) => {
    const by = moveOf(key, Math.max(1, room - 2))
    if (by !== undefined) return stay(withScreen(cockpit, { ...screen, list: moveCursor(screen.list, by) }))
    if (key.name !== 'return') return undefined
    const worker = currentRow(screen.list)
    if (!worker) return stay(cockpit)
    const scope = { label: `of ${worker.executorId}`, filter: { executorId: worker.executorId } }
    return stay(openScreen(cockpit, createWorkflowsScreen('all', scope)))
  },
  subjectOf: () => undefined,
  searchOf: ({ list }) => list.search,
  withSearch: (screen, search) => ({ ...screen, list: withSearch(screen.list, search, workerRows) }),
  copyOf: ({ list }) => currentRow(list)?.executorId,
  keys: [
    ['enter', 'its workflows'],
    ['/', 'filter'],
    ['y', 'copy id'],
  ],
}
