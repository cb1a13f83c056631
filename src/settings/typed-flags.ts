import { shellWord } from '../core/shell-word.ts'
import { withoutPassword } from '../core/without-password.ts'
import type { DatabaseFlags, Settings } from './settings.ts'

/** The words by which the command line named the database, quoted: a command that shall find the same one needs them too. */
export function typedDatabaseFlags({ dbUrl, schema }: Pick<DatabaseFlags, 'dbUrl' | 'schema'>): string[] {
  return [
    ...(dbUrl === undefined ? [] : ['--db-url', shellWord(withoutPassword(dbUrl))]),
    ...(schema === undefined ? [] : ['--schema', shellWord(schema)]),
  ]
}

/** The same, of what was read from it. */
export function databaseFlagsOf({ databaseUrl, schema }: Pick<Settings, 'databaseUrl' | 'schema'>): string[] {
  return typedDatabaseFlags({
    dbUrl: databaseUrl?.source === '--db-url' ? databaseUrl.value : undefined,
    schema: schema.source === '--schema' ? schema.value : undefined,
  })
}
