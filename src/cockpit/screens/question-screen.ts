import type { KnownWait } from '../../core/decide/known-waits.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { topicToText } from '../../core/topic.ts'
import type { Viewport } from '../../render/gutter.ts'
import { escapeName } from '../../render/text.ts'
import type { QuestionScreen } from '../cockpit-model.ts'
import type { ScreenKind } from '../screen-kind.ts'
import { stay, withPrompt, withScreen } from '../turns.ts'
import { foldLine } from './fold-line.ts'
import { goneLines } from './gone-lines.ts'
import { pageOf, scrollBy } from './pager.ts'
import { chosenTopic, questionLines } from './question-lines.ts'

export function createQuestionScreen(wait: KnownWait): QuestionScreen {
  return {
    kind: 'question',
    wait,
    topic: undefined,
    events: [],
    steps: [],
    goneExecutor: null,
    scroll: 0,
    isOver: false,
    isGone: false,
  }
}

export const questionKind: ScreenKind<QuestionScreen> = {
  sourceOf: ({ wait }) => JSON.stringify(['question', waitId(wait)]),
  titleOf: ({ wait }) => escapeName(waitId(wait)),
  draw: (screen, frame, room) => pageOf(linesOf(screen, frame), screen.scroll, room, frame.style.faint),
  take: (screen, data) => {
    if (data.kind === 'gone') return screen.isGone ? screen : { ...screen, isOver: true, isGone: true }
    if (data.kind !== 'question') return screen
    const { wait = screen.wait, events, goneExecutor, steps } = data
    const isOver = data.wait === undefined
    return { ...screen, wait, events, goneExecutor, steps, isOver, isGone: false }
  },
  press: (screen, key, { cockpit, room, frame }) => {
    const { wait, topic } = screen
    const scroll = scrollBy(screen.scroll, key, linesOf(screen, frame).length, room)
    if (scroll !== undefined) return stay(withScreen(cockpit, { ...screen, scroll }))
    if (key.char === 'm') {
      const purpose = { kind: 'answer', wait, topic } as const
      return stay(withPrompt(cockpit, { kind: 'input', label: 'The answer, as JSON', text: '', purpose }))
    }
    if (key.char === 't') {
      const label = 'Topic (empty for none)'
      const text = topicToText(topic ?? wait.topic ?? null)
      return stay(withPrompt(cockpit, { kind: 'input', label, text, purpose: { kind: 'topic' } }))
    }
    return undefined
  },
  subjectOf: ({ wait }) => ({ workflowId: wait.workflowId, name: wait.name, status: undefined }),
  copyOf: ({ wait }) => waitId(wait),
  keys: [
    ['a', 'approve'],
    ['r', 'reject'],
    ['m', 'answer of my own'],
    ['t', 'topic'],
    ['↑↓', 'scroll'],
    ['e', 'explain'],
    ['c', 'cancel'],
    ['y', 'copy id'],
  ],
}

/** What became of it stands first: whoever reads a long question must not go to its end to learn that nobody waits. */
function linesOf(screen: QuestionScreen, frame: Viewport): string[] {
  const { wait, topic, events, steps, goneExecutor, isOver, isGone } = screen
  const { style, width } = frame
  const over = isOver && !isGone ? foldLine('It does not wait any more.', width).map(style.good) : []
  return [
    ...goneLines(screen, frame),
    ...over,
    ...questionLines({ wait, events, steps, goneExecutor: isOver ? null : goneExecutor }, frame),
    ...(topic === undefined ? [] : ['', style.accent(chosenTopic(topic))]),
  ]
}
