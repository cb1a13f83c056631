import type { Context } from '../context.ts'
import { carryFlags } from '../core/words/carry-flags.ts'
import { typedDatabaseFlags } from './typed-flags.ts'

/** For one command line: whatever command it says to type next is typed on the database that it named itself. */
export function repeatDatabase(context: Context, argv: readonly string[]): Context {
  const databaseFlags = typedDatabaseFlags(argv)
  if (databaseFlags.length === 0) return context
  const { terminal } = context
  const note = (text: string) => terminal.note(carryFlags(text, databaseFlags))
  return { ...context, databaseFlags, terminal: Object.create(terminal, { note: { value: note } }) }
}
