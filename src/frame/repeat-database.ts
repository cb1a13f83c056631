import type { Context } from '../context.ts'
import { typedDatabaseFlags } from './typed-flags.ts'

/** For one command line: whatever command it says to type next is typed on the database that it named itself. */
export function repeatDatabase(context: Context, argv: readonly string[]): Context {
  return { ...context, databaseFlags: typedDatabaseFlags(argv) }
}
