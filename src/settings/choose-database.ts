import { CliError } from '../core/errors.ts'
import { phrase } from '../core/words/command-line.ts'
import { hasControls } from '../core/words/escape-controls.ts'
import { byDefault, type Setting } from './setting.ts'

/** What one place names: a database anywhere, or one of the embedded server. */
interface NamedDatabase {
  readonly databaseUrl?: Setting<string>
  readonly database?: Setting<string>
  /** Both at once are a contradiction; elsewhere the URL wins. */
  readonly isExclusive?: boolean
}

interface ChosenDatabase {
  /** Null: the embedded server. */
  readonly databaseUrl: Setting<string> | null
  /** The database that is meant where it is the embedded server. */
  readonly database: Setting<string>
}

/** Of the embedded server, where nobody says another one. */
export const usualDatabase = 'drover'

/** The first place that names a database wins. Throws `usage`, `invalid-configuration`. */
export function chooseDatabase(places: readonly NamedDatabase[]): ChosenDatabase {
  const first = places.find(({ databaseUrl, database }) => databaseUrl ?? database)
  if (first?.isExclusive && first.databaseUrl && first.database) {
    throw refuseBoth(first.databaseUrl.source, first.database.source)
  }
  const database = places.find((place) => place.database)?.database
  return {
    databaseUrl: first?.databaseUrl ?? null,
    database: requireDatabaseName(database ?? { value: usualDatabase, source: byDefault }),
  }
}

function refuseBoth(url: string, name: string): CliError {
  return new CliError('usage', `${url} and ${name} name two different databases.`, {
    hint: phrase`leave one of them out: ${name} is a database of the embedded Postgres, ${url} one anywhere`,
  })
}

/** Postgres, or drover itself, has these for something else, and `db reset` drops what it is told. */
const reservedNames = ['postgres', 'template0', 'template1', 'drover_unfinished']
/** Postgres cuts what is longer, without a word. */
const longestNameBytes = 63

function requireDatabaseName(database: Setting<string>): Setting<string> {
  const problem = problemOf(database.value)
  if (problem === undefined) return database
  throw new CliError(
    'invalid-configuration',
    `"${database.value}" from ${database.source} cannot name a database of the embedded Postgres: ${problem}.`,
    { hint: 'choose another name, such as --database shop' },
  )
}

function problemOf(name: string): string | undefined {
  if (reservedNames.includes(name)) return 'the name is reserved'
  if (Buffer.byteLength(name) > longestNameBytes) return `it is longer than ${longestNameBytes} bytes`
  return hasControls(name) ? 'it has control characters' : undefined
}
