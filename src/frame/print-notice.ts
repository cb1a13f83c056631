import type { Context } from '../context.ts'
import { escapeControls } from '../render/text.ts'

/**
 * Lines of talk on stderr. Ids, names and topics come from the database: nothing in them may act on the terminal, or
 * look like a line of its own. */
export function printNotice({ terminal }: Pick<Context, 'terminal'>, ...lines: readonly string[]): void {
  terminal.note(lines.map(escapeControls).join('\n'))
}
