import { profileMark } from '../render/profile-mark.ts'
import { createStyle, type Style } from '../render/style.ts'
import { displayWidth, escapeControls, truncate, wrap } from '../render/text.ts'
import type { Cockpit, Notice } from './cockpit-model.ts'
import type { KeyHelp } from './screen-kind.ts'
import { kindOf } from './screen-kinds.ts'
import { shownScreen } from './turns.ts'

const headerRows = 1
const mostQuestionLines = 4

/** How many lines there are for the screen between its header and its footer. */
export function roomOf(cockpit: Cockpit): number {
  const { rows } = cockpit.size
  return Math.max(1, rows - headerRows - footerTexts(cockpit).length)
}

/** What is asked or said, and what the keys do. */
export function footerLines(cockpit: Cockpit, style: Style): string[] {
  const { prompt, notice } = cockpit
  const texts = footerTexts(cockpit)
  const keys = texts.slice(-1).map(style.faint)
  const above = texts.slice(0, -1)
  if (prompt?.kind === 'confirm') return [...above.map(style.warning), ...texts.slice(-1).map(style.strong)]
  if (prompt?.kind === 'input') return [...above.map(style.accent), ...keys]
  return [...above.map(paintOf(notice, style)), ...keys]
}

/** Without styles, so that it can be counted. */
function footerTexts(cockpit: Cockpit): string[] {
  const { prompt, notice, size, profile } = cockpit
  const width = size.columns
  const mark = profile ? `${profileMark(profile, createStyle(0))} ` : ''
  if (prompt?.kind === 'confirm') return [...wrap(mark + prompt.question, width, mostQuestionLines), 'y/N']
  if (prompt?.kind === 'input') {
    const label = /^[/:]$/.test(prompt.label) ? prompt.label : mark + prompt.label
    return [...inputLines({ ...prompt, label }, width), truncate(helpOfInput(prompt.label), width)]
  }
  const said = notice ? wrap(notice.text, width, mostQuestionLines) : []
  if (prompt?.kind === 'help') return ['any key goes back']
  return [...said, keyLine(keysOf(cockpit), width)]
}

function inputLines(
  { label, text }: { readonly label: string; readonly text: string },
  width: number,
): string[] {
  const isShort = displayWidth(label) <= width / 3
  const head = !isShort ? '' : /^[/:]$/.test(label) ? label : `${label} `
  const above = isShort ? [] : wrap(label, width, mostQuestionLines)
  const shown = [...escapeControls(text)]
  while (shown.length > 0 && displayWidth(`${head}${shown.join('')}█`) > width) shown.shift()
  return [...above, `${head}${shown.join('')}█`]
}

function helpOfInput(label: string): string {
  if (label === '/') return 'type to filter · ↑↓ move · enter keep · esc all'
  if (label === ':') return 'a view or an id · tab completes · enter goes · esc back'
  return 'enter goes on · esc back'
}

function paintOf(notice: Notice | undefined, style: Style): Style['plain'] {
  if (notice?.tone === 'bad') return style.bad
  return notice?.tone === 'good' ? style.good : style.accent
}

/** The keys of the screen that is shown, with those of every screen. */
export function keysOf(cockpit: Cockpit): readonly KeyHelp[] {
  const screen = shownScreen(cockpit)
  const { purpose } = cockpit
  if (purpose.kind === 'pick') {
    return [
      ['enter', purpose.verb],
      ['/', 'filter'],
      ['tab', 'next'],
      ['?', 'keys'],
      ['esc', 'leave'],
    ]
  }
  const back: readonly KeyHelp[] = cockpit.screens.length > 1 ? [['esc', 'back']] : []
  return [...kindOf(screen).keys, [':', 'go to'], ...back, ['?', 'keys'], ['q', 'leave']]
}

const alwaysShown = ['esc', '?', 'q']

/** As many keys as fit, and always those that lead to all others, and out. */
function keyLine(keys: readonly KeyHelp[], width: number): string {
  const isLast = ([key]: KeyHelp) => alwaysShown.includes(key)
  const textOf = ([key, does]: KeyHelp) => `${key} ${does}`
  const last = keys.filter(isLast).map(textOf)
  const first = keys.filter((key) => !isLast(key)).map(textOf)
  while (first.length > 0 && displayWidth([...first, ...last].join(' · ')) > width) first.pop()
  return truncate([...first, ...last].join(' · '), width)
}
