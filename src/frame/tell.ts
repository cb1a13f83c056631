import type { Context } from '../context.ts'
import { visibleLines } from '../render/text.ts'

/** Talk on stderr. Ids, names and topics come from the database: nothing in them may act on the terminal. */
export function tell({ terminal }: Pick<Context, 'terminal'>, text: string): void {
  terminal.note(visibleLines(text).join('\n'))
}
