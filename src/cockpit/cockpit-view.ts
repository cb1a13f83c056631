import { stripVTControlCharacters } from 'node:util'
import type { Viewport } from '../render/gutter.ts'
import { profileMark } from '../render/profile-mark.ts'
import { displayWidth, escapeControls, pad, truncate, truncateMiddle } from '../render/text.ts'
import type { Cockpit } from './cockpit-model.ts'
import { footerLines, keysOf, roomOf } from './footer.ts'
import { kindOf } from './screen-kinds.ts'
import { shownScreen } from './turns.ts'

/** The whole screen: as many lines as it has rows, none wider than it. */
export function cockpitView(cockpit: Cockpit, frame: Omit<Viewport, 'width'>): string[] {
  const { columns: width, rows } = cockpit.size
  const viewport = { ...frame, width }
  const room = roomOf(cockpit)
  const screen = shownScreen(cockpit)
  const body =
    cockpit.prompt?.kind === 'help'
      ? helpLines(cockpit, viewport, room)
      : kindOf(screen).draw(screen, viewport, room)
  const filled = [...body.slice(0, room), ...Array<string>(Math.max(0, room - body.length)).fill('')]
  const footer = fitFooter(footerLines(cockpit, frame.style), rows)
  const lines = [headerLine(cockpit, viewport), ...filled].slice(0, rows - footer.length)
  return [...lines, ...footer].map((line) => clip(line, width))
}

/** Of a question that has no room its beginning stays, which names what it is about, and what the keys do. */
function fitFooter(lines: readonly string[], rows: number): readonly string[] {
  return lines.length <= rows ? lines : [...lines.slice(0, rows - 1), ...lines.slice(-1)]
}

/** Views fit any usual width; on a few cells this is the net below them. */
function clip(line: string, width: number): string {
  return displayWidth(line) <= width ? line : truncate(stripVTControlCharacters(line), width)
}

/** `workflows › order-17                shop (embedded)`: where one is, and in which database. */
function headerLine(cockpit: Cockpit, { style, width }: Viewport): string {
  const { purpose, screens, database, profile } = cockpit
  const mark = profile ? `${profileMark(profile, style)} ` : ''
  const path = screens.map((screen) => kindOf(screen).titleOf(screen))
  const screen = shownScreen(cockpit)
  const search = kindOf(screen).searchOf?.(screen)
  const titles = [
    ...(purpose.kind === 'pick' ? [`${purpose.verb} which workflow?`] : path),
    // Whoever comes back to it must not take a part for all.
    ...(search ? [`/${escapeControls(search)}`] : []),
  ]
  const where = escapeControls(database)
  const title = fitPath(titles, width - displayWidth(mark))
  const left = width - displayWidth(mark) - displayWidth(title) - 2
  if (left < 8) return `${mark}${style.strong(title)}`
  return `${mark}${style.strong(title)}  ${style.faint(pad(truncate(where, left), left, 'right'))}`
}

/** Where it is too long its beginning goes. */
function fitPath(titles: readonly string[], width: number): string {
  const whole = titles.join(' › ')
  if (displayWidth(whole) <= width) return whole
  if (titles.length <= 1) return truncateMiddle(whole, width)
  const [, ...rest] = titles[0] === '…' ? titles.slice(1) : titles
  return fitPath(rest.length > 1 || displayWidth(`… › ${rest[0]}`) <= width ? ['…', ...rest] : rest, width)
}

/** All keys of this screen, in as many columns as it takes. */
function helpLines(cockpit: Cockpit, { style, width }: Viewport, room: number): string[] {
  const keys = [
    ...keysOf(cockpit),
    ['j k', 'down, up'],
    ['^f ^b', 'a page'],
    ['g G', 'first, last'],
    ['^z', 'to the shell'],
  ] as const
  const keyWidth = 7
  const longest = Math.max(...keys.map(([, does]) => displayWidth(does)))
  const columns = Math.max(1, Math.floor(width / (keyWidth + longest)))
  const rows = Math.ceil(keys.length / columns)
  const lines = Array.from({ length: rows }, (_, row) =>
    keys
      .filter((_, index) => index % rows === row)
      .map(([key, does]) => style.accent(pad(key, keyWidth)) + pad(does, longest))
      .join(' ')
      .trimEnd(),
  )
  return [style.strong('Keys here'), ...(rows + 2 <= room ? [''] : []), ...lines]
}
