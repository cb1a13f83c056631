import type { Style } from './style.ts'
import { visible } from './text.ts'

/** What a user reads when something went wrong: one sentence, and the next command to type. */
export function renderError(message: string, hint: string | undefined, style: Style): string[] {
  const error = `${style.bad('error:')} ${visible(message)}`
  return hint === undefined ? [error] : [error, `${style.accent('hint:')} ${visible(hint)}`]
}
