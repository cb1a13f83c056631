import type { Profile } from '../core/profile/profile.ts'
import type { Surroundings } from '../render/explain/fixes.ts'
import { answerFound, nameOf } from './actions.ts'
import type { Cockpit, Message, Purpose, Screen, Turn } from './cockpit-model.ts'
import { roomOf } from './footer.ts'
import { pressKey } from './press-key.ts'
import { kindOf } from './screen-kinds.ts'
import { openScreen, shownScreen, stay, withNotice, withPrompt, withScreen } from './turns.ts'

interface Beginning {
  readonly database: string
  readonly profile: Profile | null
  readonly purpose: Purpose
  readonly surroundings: Surroundings
  readonly screen: Screen
}

export function initialCockpit(beginning: Beginning): Cockpit {
  const { screen, ...others } = beginning
  const size = { columns: 80, rows: 24 }
  return { ...others, size, screens: [screen], prompt: undefined, notice: undefined }
}

/** All that happens to the cockpit: keys, sizes, and what was read or done outside. The same one where that changes nothing. */
export function updateCockpit(cockpit: Cockpit, message: Message): Turn {
  switch (message.type) {
    case 'key':
      return pressKey(cockpit, message.key, message.now)
    case 'size':
      return stay({ ...cockpit, size: { columns: message.columns, rows: message.rows } })
    case 'notice':
      return stay(withNotice(cockpit, message.text, message.tone))
    case 'data': {
      const screen = shownScreen(cockpit)
      const kind = kindOf(screen)
      if (kind.sourceOf(screen) !== message.source) return stay(cockpit)
      const taken = kind.take(screen, message.data)
      return stay(taken === screen ? cockpit : withScreen(cockpit, taken))
    }
    case 'open':
      return stay({ ...openScreen(cockpit, message.screen), notice: message.notice })
    case 'waits-found':
      return answerFound(cockpit, message.subject, message.verdict, message.waits)
    case 'bounds-found': {
      const { subject, bounds } = message
      const last = bounds === undefined ? '' : ` … ${bounds.lastStep}`
      const label = `Fork ${nameOf(subject)} from step 0${last}, failed, last:`
      const text = bounds?.failedStep == null ? '0' : 'failed'
      return stay(
        withPrompt(cockpit, { kind: 'input', label, text, purpose: { kind: 'from-step', subject, bounds } }),
      )
    }
  }
}

/** How soon it is worth drawing where nothing happens: ages grow without anybody telling. */
export function agesAfterMs(cockpit: Cockpit, now: Date): number {
  const screen = shownScreen(cockpit)
  return kindOf(screen).agesAfterMs?.(screen, roomOf(cockpit), now) ?? 1000
}

/** What is to be read for the screen that is shown. */
export function shownSource(cockpit: Cockpit): string {
  const screen = shownScreen(cockpit)
  return kindOf(screen).sourceOf(screen)
}
