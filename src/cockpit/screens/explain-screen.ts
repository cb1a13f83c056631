import { renderExplanation } from '../../render/explain/explanation-lines.ts'
import type { Surroundings } from '../../render/explain/fixes.ts'
import type { Viewport } from '../../render/gutter.ts'
import { shortId } from '../../render/text.ts'
import type { ExplainScreen } from '../cockpit-model.ts'
import { type ScreenKind, workflowKeys } from '../screen-kind.ts'
import { stay, withScreen } from '../turns.ts'
import { foldCommands } from './fold-line.ts'
import { goneLines } from './gone-lines.ts'
import { pageOf, scrollBy } from './pager.ts'

export function createExplainScreen(workflowId: string, surroundings: Surroundings): ExplainScreen {
  return { kind: 'explain', workflowId, surroundings, explanations: undefined, scroll: 0, isGone: false }
}

export const explainKind: ScreenKind<ExplainScreen> = {
  sourceOf: ({ workflowId }) => JSON.stringify(['explain', workflowId]),
  titleOf: ({ workflowId }) => `why ${shortId(workflowId)}`,
  draw: (screen, frame, room) =>
    screen.explanations || screen.isGone
      ? pageOf(linesOf(screen, frame), screen.scroll, room, frame.style.faint)
      : [frame.style.faint('looking why …')],
  take: (screen, data) => {
    if (data.kind === 'gone') return screen.isGone ? screen : { ...screen, isGone: true }
    return data.kind === 'explain' ? { ...screen, explanations: data.explanations, isGone: false } : screen
  },
  press: (screen, key, { cockpit, room, frame }) => {
    const scroll = scrollBy(screen.scroll, key, linesOf(screen, frame).length, room)
    return scroll === undefined ? undefined : stay(withScreen(cockpit, { ...screen, scroll }))
  },
  subjectOf: ({ workflowId, explanations }) => {
    const workflow = explanations?.[0].situation.workflow
    return { workflowId, name: workflow?.name, status: workflow?.status }
  },
  copyOf: ({ workflowId }) => workflowId,
  keys: [['↑↓', 'scroll'], ...workflowKeys],
}

function linesOf(screen: ExplainScreen, frame: Viewport): readonly string[] {
  const { explanations, surroundings } = screen
  const why = explanations ? foldCommands(renderExplanation(explanations, surroundings, frame), frame) : []
  return [...goneLines(screen, frame), ...why]
}
