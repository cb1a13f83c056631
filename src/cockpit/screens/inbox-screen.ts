import type { KnownWait } from '../../core/decide/known-waits.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { waitColumns } from '../../render/inbox/wait-columns.ts'
import { counted } from '../../render/text.ts'
import type { InboxScreen } from '../cockpit-model.ts'
import { listLines } from '../list-lines.ts'
import { moveOf } from '../moves.ts'
import { currentRow, emptyList, moveCursor, type RowKind, withRows, withSearch } from '../row-list.ts'
import type { ScreenKind } from '../screen-kind.ts'
import { openScreen, stay, withScreen } from '../turns.ts'
import { createQuestionScreen } from './question-screen.ts'

export function createInboxScreen(): InboxScreen {
  return { kind: 'inbox', list: emptyList(), total: 0, isRead: false }
}

const waitRows: RowKind<KnownWait> = {
  idOf: waitId,
  textsOf: (wait) => [waitId(wait), wait.name, wait.prompt, wait.topic],
}

export const inboxKind: ScreenKind<InboxScreen> = {
  sourceOf: () => 'inbox',
  titleOf: ({ isRead, total }) => (isRead ? `inbox, ${counted(total, 'wait')}` : 'inbox'),
  draw: ({ list, isRead }, frame, room) =>
    listLines(list, waitColumns, frame, room, isRead ? 'nothing waits for an answer' : 'looking …'),
  take: (screen, data) =>
    data.kind === 'inbox'
      ? { ...screen, isRead: true, total: data.total, list: withRows(screen.list, data.waits, waitRows) }
      : screen,
  press: (screen, key, { cockpit, room }) => {
    const by = moveOf(key, Math.max(1, room - 2))
    if (by !== undefined) return stay(withScreen(cockpit, { ...screen, list: moveCursor(screen.list, by) }))
    if (key.name !== 'return') return undefined
    const wait = currentRow(screen.list)
    return stay(wait ? openScreen(cockpit, createQuestionScreen(wait)) : cockpit)
  },
  subjectOf: ({ list }) => subjectOfWait(currentRow(list)),
  searchOf: ({ list }) => list.search,
  withSearch: (screen, search) => ({ ...screen, list: withSearch(screen.list, search, waitRows) }),
  copyOf: ({ list }) => {
    const wait = currentRow(list)
    return wait && waitId(wait)
  },
  keys: [
    ['enter', 'read'],
    ['a', 'approve'],
    ['r', 'reject'],
    ['/', 'filter'],
    ['e', 'explain'],
    ['c', 'cancel'],
    ['y', 'copy id'],
  ],
}

function subjectOfWait(wait: KnownWait | undefined) {
  return wait && { workflowId: wait.workflowId, name: wait.name, status: undefined }
}
