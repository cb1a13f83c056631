import type { Viewport } from '../render/gutter.ts'
import { displayWidth, truncate } from '../render/text.ts'
import type { Key } from '../terminal/terminal.ts'
import { pageOf, scrollBy } from './screens/pager.ts'
import { type Asked, questionLines } from './screens/question-lines.ts'

type PagerAction = 'approve' | 'reject' | 'own' | 'topic' | 'next' | 'back'

/** One question of the inbox, whole: as far as it does not fit it scrolls. */
export interface QuestionPager {
  readonly scroll: number
  readonly action: PagerAction | undefined
  /** What became of it while it was read: one harmless sentence. */
  readonly meanwhile?: string
}

export const initialPager: QuestionPager = { scroll: 0, action: undefined }

/** Where it stands among the others. */
export interface Place {
  readonly number: number
  readonly count: number
}

const actionByKey: Readonly<Record<string, PagerAction>> = {
  ...{ a: 'approve', r: 'reject', e: 'own', t: 'topic', n: 'next' },
  ...{ escape: 'back', q: 'back' },
}

export function updatePager(
  pager: QuestionPager,
  key: Key,
  asked: Asked,
  frame: Viewport,
  height: number,
): QuestionPager {
  const action = key.ctrl ? undefined : actionByKey[key.name]
  if (action) return { ...pager, action }
  const lines = questionLines(asked, frame)
  const scroll = scrollBy(pager.scroll, key, lines.length, roomOf(frame, height))
  return scroll === undefined ? pager : { ...pager, scroll }
}

/** In at most `height` lines; one line where it was left. */
export function pagerView(
  { scroll, action, meanwhile }: QuestionPager,
  asked: Asked,
  place: Place,
  frame: Viewport,
  height: number,
): string[] {
  const { style, width } = frame
  const where = truncate(`${place.number} of ${place.count}`, width)
  const [head = '', ...lines] = questionLines(asked, frame)
  if (action !== undefined) return [head]
  const page = pageOf([head, ...lines], scroll, roomOf(frame, height), style.faint)
  // It takes the place of the empty line.
  const said = meanwhile === undefined ? '' : style.warning(truncate(meanwhile, width))
  return [style.faint(where), ...page, said, ...helpLines(width).map(style.faint)]
}

const keys = ['a approve', 'r reject', 'e answer of my own', 't topic', '↑↓ scroll', 'n next', 'esc list']

/** Whole words only, on as many lines as they need. */
function helpLines(width: number): string[] {
  const lines: string[] = []
  for (const key of keys) {
    const longer = `${lines.at(-1) ?? ''} · ${key}`
    if (lines.length > 0 && displayWidth(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(truncate(key, width))
  }
  return lines
}

function roomOf({ width }: Viewport, height: number): number {
  return Math.max(1, height - 2 - helpLines(width).length)
}
