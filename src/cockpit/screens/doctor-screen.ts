import { renderFindings } from '../../render/doctor/findings-view.ts'
import type { Viewport } from '../../render/gutter.ts'
import type { DoctorScreen } from '../cockpit-model.ts'
import type { ScreenKind } from '../screen-kind.ts'
import { stay, withScreen } from '../turns.ts'
import { foldCommands } from './fold-line.ts'
import { pageOf, scrollBy } from './pager.ts'

export function createDoctorScreen(): DoctorScreen {
  return { kind: 'doctor', lines: [], isRead: false, scroll: 0 }
}

export const doctorKind: ScreenKind<DoctorScreen> = {
  sourceOf: () => 'doctor',
  titleOf: () => 'doctor',
  draw: (screen, frame, room) =>
    screen.isRead
      ? pageOf(linesOf(screen, frame), screen.scroll, room, frame.style.faint)
      : [frame.style.faint('examining …')],
  take: (screen, data) => (data.kind === 'doctor' ? { ...screen, isRead: true, lines: data.lines } : screen),
  press: (screen, key, { cockpit, room, frame }) => {
    const scroll = scrollBy(screen.scroll, key, linesOf(screen, frame).length, room)
    return scroll === undefined ? undefined : stay(withScreen(cockpit, { ...screen, scroll }))
  },
  subjectOf: () => undefined,
  copyOf: () => undefined,
  keys: [['↑↓', 'scroll']],
}

function linesOf({ lines }: DoctorScreen, frame: Viewport): readonly string[] {
  return foldCommands(renderFindings(lines, frame), frame)
}
