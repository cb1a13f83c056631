import type { Cockpit, Effect, Notice, Prompt, Screen, Turn } from './cockpit-model.ts'

export function stay(cockpit: Cockpit, ...effects: readonly Effect[]): Turn {
  return { cockpit, effects }
}

/** The screen that is shown. */
export function shownScreen({ screens }: Cockpit): Screen {
  const screen = screens.at(-1)
  if (!screen) throw new Error('a cockpit has a screen')
  return screen
}

/** The same screen, changed. */
export function withScreen(cockpit: Cockpit, screen: Screen): Cockpit {
  return { ...cockpit, screens: [...cockpit.screens.slice(0, -1), screen] }
}

/** Goes in: the screen that was shown waits below. */
export function openScreen(cockpit: Cockpit, screen: Screen): Cockpit {
  return { ...cockpit, screens: [...cockpit.screens, screen], prompt: undefined }
}

export function withPrompt(cockpit: Cockpit, prompt: Prompt | undefined): Cockpit {
  return { ...cockpit, prompt }
}

export function withNotice(cockpit: Cockpit, text: string, tone: Notice['tone'] = 'plain'): Cockpit {
  return { ...cockpit, notice: { text, tone } }
}

/** Asks before it is done. */
export function askFirst(cockpit: Cockpit, question: string, effect: Effect): Turn {
  return stay(withPrompt(cockpit, { kind: 'confirm', question, effect }))
}
