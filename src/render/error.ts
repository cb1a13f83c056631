import { escapeControls } from '../core/words/escape-controls.ts'
import type { Style } from './style.ts'

/** What a user reads when something went wrong: one sentence, and the next command to type, which is harmless already. */
export function renderError(message: string, hint: string | undefined, style: Style): string[] {
  const error = `${style.bad('error:')} ${escapeControls(message)}`
  return hint === undefined ? [error] : [error, ...`${style.accent('hint:')} ${hint}`.split('\n')]
}
