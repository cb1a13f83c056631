import type { Context } from '../context.ts'
import { type Phrase, renderPhrase } from '../core/words/command-line.ts'
import { escapeControls, escapeName } from '../core/words/escape-controls.ts'

/**
 * Lines of talk on stderr. Ids, names and topics come from the database: nothing in them may act on the terminal, or
 * look like a line of its own. A command is told as it is typed on the database that this command line named.
 */
export function printNotice(context: Pick<Context, 'terminal'>, ...lines: readonly string[]): void
export function printNotice(
  context: Pick<Context, 'terminal' | 'databaseFlags'>,
  ...lines: readonly Phrase[]
): void
export function printNotice(
  { terminal, databaseFlags }: Pick<Context, 'terminal'> & Partial<Pick<Context, 'databaseFlags'>>,
  ...lines: readonly Phrase[]
): void {
  if (lines.length === 0) return
  const told = lines.map((line) => {
    // The names of a phrase are harmless already; what else is in it may be text.
    return renderPhrase(line, databaseFlags, typeof line === 'string' ? escapeName : escapeControls)
  })
  terminal.note(told.join('\n'))
}
