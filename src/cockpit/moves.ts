import type { Key } from '../terminal/terminal.ts'

/** How far a key goes, in a list or a text with room for `page` lines; undefined for any other key. */
export function moveOf({ name, char, ctrl }: Key, page: number): number | undefined {
  if (ctrl) {
    if (name === 'd' || name === 'f') return page
    return name === 'u' || name === 'b' ? -page : undefined
  }
  switch (name) {
    case 'up':
      return -1
    case 'down':
      return 1
    case 'pageup':
      return -page
    case 'pagedown':
      return page
    case 'home':
      return Number.NEGATIVE_INFINITY
    case 'end':
      return Number.POSITIVE_INFINITY
  }
  switch (char) {
    case 'k':
      return -1
    case 'j':
      return 1
    case 'g':
      return Number.NEGATIVE_INFINITY
    case 'G':
      return Number.POSITIVE_INFINITY
    default:
      return undefined
  }
}
