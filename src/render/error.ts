import { escapeControls, escapeName } from '../core/words/escape-controls.ts'
import type { Style } from './style.ts'

interface Message {
  readonly message: string
  /** The part of it that somebody else said. */
  readonly quotes?: string | undefined
}

/** On one line. Nothing hides in a name; what somebody else said keeps what writing needs. */
export function escapeMessage({ message, quotes }: Message): string {
  if (!quotes) return escapeName(message)
  return message.split(quotes).map(escapeName).join(escapeControls(quotes))
}

/** What a user reads when something went wrong: one sentence, and the next command to type, which is harmless already. */
export function renderError(message: Message, hint: string | undefined, style: Style): string[] {
  const error = `${style.bad('error:')} ${escapeMessage(message)}`
  return hint === undefined ? [error] : [error, ...`${style.accent('hint:')} ${hint}`.split('\n')]
}
