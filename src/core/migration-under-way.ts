import { CliError } from './errors.ts'

/** The tables are not what they are going to be in a moment. */
export function migrationUnderWay(label: string): CliError {
  return new CliError(
    'migration-under-way',
    `The DBOS tables of ${label} are being set up: a migration is under way.`,
    { hint: 'run the same command again in a moment', isTransient: true },
  )
}
