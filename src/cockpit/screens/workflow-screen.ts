import type { BoardRow } from '../../core/store.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import {
  isEnded,
  type Message,
  type Step,
  type StreamSummary,
  type WorkflowEvent,
} from '../../core/workflow.ts'
import { boardColumns } from '../../render/columns/board-columns.ts'
import { eventColumns } from '../../render/columns/event-columns.ts'
import { messageColumns } from '../../render/columns/message-columns.ts'
import { stepColumns } from '../../render/columns/step-columns.ts'
import { streamColumns } from '../../render/columns/stream-columns.ts'
import { renderExplanation } from '../../render/explain/explanation-lines.ts'
import type { Surroundings } from '../../render/explain/fixes.ts'
import type { Viewport } from '../../render/gutter.ts'
import { shortId } from '../../render/text.ts'
import { initialWatchModel, update, view, type WatchMessage } from '../../render/watch/watch-view.ts'
import { type Screen, type SectionName, sections, type WorkflowScreen } from '../cockpit-model.ts'
import { listLines } from '../list-lines.ts'
import { moveOf } from '../moves.ts'
import {
  currentRow,
  emptyList,
  moveCursor,
  type RowKind,
  type RowList,
  withRows,
  withSearch,
} from '../row-list.ts'
import { type ScreenKind, workflowKeys } from '../screen-kind.ts'
import { openScreen, stay, withScreen } from '../turns.ts'
import { foldCommands } from './fold-line.ts'
import { goneLines } from './gone-lines.ts'
import { pageOf, scrollBy } from './pager.ts'
import { nextTab, tabLine } from './tab-line.ts'
import { createStreamScreen, createValueScreen } from './value-screen.ts'

export function createWorkflowScreen(workflowId: string, surroundings: Surroundings): WorkflowScreen {
  return {
    kind: 'workflow',
    workflowId,
    section: 'picture',
    watch: initialWatchModel([workflowId]),
    explanations: undefined,
    surroundings,
    scroll: 0,
    steps: emptyList(),
    events: emptyList(),
    streams: emptyList(),
    messages: emptyList(),
    children: emptyList(),
    read: new Set(),
    isGone: false,
  }
}

const stepRows: RowKind<Step> = {
  idOf: ({ step }) => String(step),
  textsOf: ({ step, name, childId, error }) => [String(step), name, childId, error?.message],
}
const eventRows: RowKind<WorkflowEvent> = { idOf: ({ key }) => key, textsOf: ({ key }) => [key] }
const streamRows: RowKind<StreamSummary> = { idOf: ({ key }) => key, textsOf: ({ key }) => [key] }
const messageRows: RowKind<Message> = {
  idOf: ({ topic, sentAt }) => `${sentAt.getTime()} ${topic}`,
  textsOf: ({ topic, message }) => [topic, stringifyExact(message)],
}
const childRows: RowKind<BoardRow> = {
  idOf: ({ workflowId }) => workflowId,
  textsOf: ({ workflowId, name, status }) => [workflowId, name, status],
}

/** What each list shows, and what Enter opens of it. */
const emptyBySection: Readonly<Record<SectionName, string>> = {
  picture: '',
  steps: 'no step is recorded',
  events: 'it published no event',
  streams: 'it streams nothing',
  messages: 'nothing was sent to it',
  children: 'it started no workflow',
}

export const workflowKind: ScreenKind<WorkflowScreen> = {
  sourceOf: ({ workflowId }) => JSON.stringify(['workflow', workflowId]),
  titleOf: ({ workflowId }) => shortId(workflowId),
  draw: (screen, frame, room) => {
    const { section } = screen
    const counts = Object.fromEntries(
      [...screen.read].map((name) => [
        name,
        name === 'picture' ? undefined : String(listOf(screen, name).rows.length),
      ]),
    )
    const tabs = tabLine({ names: sections, chosen: section, counts }, frame.width, frame.style)
    const gone = goneLines(screen, frame).slice(0, Math.max(0, room - 2))
    const below = Math.max(1, room - 1 - gone.length)
    return [
      tabs,
      ...gone,
      ...(section === 'picture' ? picture(screen, frame, below) : table(screen, section, frame, below)),
    ]
  },
  take: (screen, data) => {
    const read = (section: SectionName, change: Partial<WorkflowScreen>): WorkflowScreen => ({
      ...screen,
      ...change,
      read: new Set([...screen.read, section]),
    })
    switch (data.kind) {
      case 'watch':
        return { ...screen, ...watched(screen, data.message) }
      case 'explain':
        return { ...screen, explanations: data.explanations }
      case 'gone':
        return screen.isGone ? screen : { ...screen, isGone: true }
      case 'steps':
        return read('steps', { steps: withRows(screen.steps, data.steps, stepRows) })
      case 'events':
        return read('events', { events: withRows(screen.events, data.events, eventRows) })
      case 'streams':
        return read('streams', { streams: withRows(screen.streams, data.streams, streamRows) })
      case 'messages':
        return read('messages', { messages: withRows(screen.messages, data.messages, messageRows) })
      case 'children':
        return read('children', { children: withRows(screen.children, data.children, childRows) })
      default:
        return screen
    }
  },
  press: (screen, key, { cockpit, room, frame }) => {
    const { section } = screen
    const other = nextTab(sections, section, key)
    if (other) return stay(withScreen(cockpit, { ...screen, section: other, scroll: 0 }))
    if (section === 'picture') {
      const scroll = scrollBy(screen.scroll, key, wholePicture(screen, frame).length, room - 1)
      return scroll === undefined ? undefined : stay(withScreen(cockpit, { ...screen, scroll }))
    }
    const by = moveOf(key, Math.max(1, room - 3))
    if (by !== undefined) {
      const moved = moveCursor<unknown>(listOf(screen, section), by)
      return stay(withScreen(cockpit, { ...screen, [section]: moved }))
    }
    if (key.name !== 'return') return undefined
    const inside = openRow(screen, section)
    return stay(inside ? openScreen(cockpit, inside) : cockpit)
  },
  subjectOf: ({ workflowId, watch, section, children, explanations }) => {
    const child = section === 'children' ? currentRow(children) : undefined
    if (child) return { workflowId: child.workflowId, name: child.name, status: child.status }
    // Why is sometimes told before the rest.
    const known = watch.workflows.get(workflowId)?.summary ?? explanations?.[0].situation.workflow
    return { workflowId, name: known?.name, status: known?.status }
  },
  searchOf: (screen) => (screen.section === 'picture' ? undefined : listOf(screen, screen.section).search),
  withSearch: (screen, search) => searchSection(screen, search),
  copyOf: ({ workflowId, section, children }) =>
    (section === 'children' ? currentRow(children)?.workflowId : undefined) ?? workflowId,
  keys: [['tab', 'next'], ['↑↓', 'scroll'], ['enter', 'open'], ['e', 'explain'], ...workflowKeys],
}

/** What is told of one that was deleted is of another one that has its id now. */
function watched(screen: WorkflowScreen, message: WatchMessage): Pick<WorkflowScreen, 'watch' | 'isGone'> {
  const { workflowId, isGone } = screen
  const isBack =
    isGone &&
    message.type === 'change' &&
    message.change.type === 'status' &&
    message.change.workflowId === workflowId
  const before = isBack ? initialWatchModel([workflowId]) : screen.watch
  return { watch: update(before, message), isGone: isGone && !isBack }
}

function searchSection(screen: WorkflowScreen, search: string): WorkflowScreen {
  switch (screen.section) {
    case 'picture':
      return screen
    case 'steps':
      return { ...screen, steps: withSearch(screen.steps, search, stepRows) }
    case 'events':
      return { ...screen, events: withSearch(screen.events, search, eventRows) }
    case 'streams':
      return { ...screen, streams: withSearch(screen.streams, search, streamRows) }
    case 'messages':
      return { ...screen, messages: withSearch(screen.messages, search, messageRows) }
    case 'children':
      return { ...screen, children: withSearch(screen.children, search, childRows) }
  }
}

function listOf(screen: WorkflowScreen, section: Exclude<SectionName, 'picture'>): RowList<unknown> {
  return screen[section]
}

function wholePicture(screen: WorkflowScreen, frame: Viewport): string[] {
  const lines = view(screen.watch, { ...frame, height: Number.POSITIVE_INFINITY })
  return [...lines, ...whyLines(screen, frame)]
}

/** What `explain` says, without the line that the picture has already. Of what has ended the picture says it all. */
function whyLines(screen: WorkflowScreen, frame: Viewport): string[] {
  const { explanations, surroundings, isGone } = screen
  if (!explanations || isGone || !goesOn(screen)) return []
  return ['', ...foldCommands(renderExplanation(explanations, surroundings, frame).slice(1), frame)]
}

/** As much of the picture as fits, the most important first; whoever scrolls sees all of it. */
function picture(screen: WorkflowScreen, frame: Viewport, room: number): readonly string[] {
  const whole = wholePicture(screen, frame)
  if (screen.scroll > 0 || whole.length <= room) return pageOf(whole, screen.scroll, room, frame.style.faint)
  const why = whyLines(screen, frame)
  // Why comes first: whoever looks closer opens a section, or scrolls.
  const half = Math.floor(room / 2)
  const lines = view(screen.watch, { ...frame, height: Math.max(half, room - why.length) })
  return pageOf([...lines, ...why], 0, room, frame.style.faint)
}

function table(
  screen: WorkflowScreen,
  section: Exclude<SectionName, 'picture'>,
  frame: Viewport,
  room: number,
): readonly string[] {
  const unread = screen.isGone ? 'not read before it was deleted' : 'looking …'
  const empty = screen.read.has(section) ? emptyBySection[section] : unread
  switch (section) {
    case 'steps':
      return listLines(screen.steps, stepColumns, frame, room, empty)
    case 'events':
      return listLines(screen.events, eventColumns, frame, room, empty)
    case 'streams':
      return listLines(screen.streams, streamColumns, frame, room, empty)
    case 'messages':
      return listLines(screen.messages, messageColumns, frame, room, empty)
    case 'children':
      return listLines(screen.children, boardColumns, frame, room, empty)
  }
}

/** What is under the cursor, whole. */
function openRow(screen: WorkflowScreen, section: Exclude<SectionName, 'picture'>): Screen | undefined {
  const { workflowId } = screen
  switch (section) {
    case 'steps': {
      const step = currentRow(screen.steps)
      if (step?.childId) return createWorkflowScreen(step.childId, screen.surroundings)
      return step && createValueScreen(`step ${step.step}`, step.error ? { ...step.error } : step.output)
    }
    case 'events': {
      const event = currentRow(screen.events)
      return event && createValueScreen(event.key, event.value)
    }
    case 'streams': {
      const stream = currentRow(screen.streams)
      return stream && createStreamScreen(workflowId, stream.key)
    }
    case 'messages': {
      const message = currentRow(screen.messages)
      return message && createValueScreen(message.topic ?? 'message', message.message)
    }
    case 'children': {
      const child = currentRow(screen.children)
      return child && createWorkflowScreen(child.workflowId, screen.surroundings)
    }
  }
}

/** Whether it can still change. */
export function goesOn({ watch, workflowId }: WorkflowScreen): boolean {
  const summary = watch.workflows.get(workflowId)?.summary
  return !summary || !isEnded(summary.status)
}
