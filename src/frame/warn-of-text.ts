import type { Context } from '../context.ts'
import { printNotice } from './print-notice.ts'

/** `{items: 3}` is no JSON, and so a string: what looks like an object or an array was probably meant to be one. */
export function warnOfText(context: Context, typed: readonly string[]): void {
  for (const text of typed.filter(looksLikeJson)) {
    printNotice(
      context,
      `warning: ${text} is not JSON, and is passed as a string.`,
      `hint: as JSON, names in quotes: '{"items": 3}'`,
    )
  }
}

function looksLikeJson(text: string): boolean {
  if (!/^\s*(\{.*\}|\[.*\])\s*$/s.test(text)) return false
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}
