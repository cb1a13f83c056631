import { type Phrase, renderPhrase } from '../../core/words/command-line.ts'
import type { Viewport } from '../gutter.ts'
import type { Style } from '../style.ts'
import { displayWidth, escapeControls, pad, wrapSentence } from '../text.ts'
import type { FindingLine } from './finding.ts'

const lookByVerdict = {
  ok: { symbol: '✓', paint: 'good' },
  warn: { symbol: '!', paint: 'warning' },
  fail: { symbol: '✗', paint: 'bad' },
} as const satisfies Record<FindingLine['verdict'], { symbol: string; paint: keyof Style }>

/** For a terminal: what is well in a line, what is not with its fix below. */
export function renderFindings(
  lines: readonly FindingLine[],
  { style, width, databaseFlags }: Viewport,
): string[] {
  const margin = 18
  const indent = ' '.repeat(margin)
  /** A command stays whole for whoever copies it. */
  const fixLines = (fix: Phrase | null): string[] => {
    if (fix === null) return []
    if (typeof fix === 'string') return wrapSentence(fix, width - margin).map((line) => indent + line)
    const typed = renderPhrase(fix, databaseFlags)
    return [displayWidth(typed) <= width - margin ? indent + typed : typed]
  }
  const sorted = [...lines].sort((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict))
  const drawn = sorted.flatMap(({ check, verdict, message, fix }) => {
    const { symbol, paint } = lookByVerdict[verdict]
    const head = style[paint](pad(`${symbol} ${verdict}`, 7)) + pad(check, margin - 7)
    const text = wrapSentence(escapeControls(message), width - margin)
    return [
      ...text.map((line, index) => (index === 0 ? head : ' '.repeat(margin)) + line),
      ...fixLines(fix).map(style.command),
    ]
  })
  return [...drawn, '', summaryLine(lines, style)]
}

/** What needs care comes first. */
const verdicts: readonly FindingLine['verdict'][] = ['fail', 'warn', 'ok']

/** `2 fail, 1 warn, 11 ok`. */
function summaryLine(lines: readonly FindingLine[], style: Style): string {
  return verdicts
    .map((verdict) => [verdict, lines.filter((line) => line.verdict === verdict).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => style[lookByVerdict[verdict].paint](`${count} ${verdict}`))
    .join(', ')
}
