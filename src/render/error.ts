import type { Style } from './style.ts'
import { escapeControlLines, escapeControls } from './text.ts'

/** What a user reads when something went wrong: one sentence, and the next command to type. */
export function renderError(message: string, hint: string | undefined, style: Style): string[] {
  const error = `${style.bad('error:')} ${escapeControls(message)}`
  if (hint === undefined) return [error]
  const [first = '', ...more] = escapeControlLines(hint)
  return [error, `${style.accent('hint:')} ${first}`, ...more]
}
