import type { DatabaseTarget } from '../core/database.ts'
import { CliError } from '../core/errors.ts'
import { shellWord } from '../core/words/shell-word.ts'

/** What DBOS says of a name that is unique in a system database and belongs to another application there. */
const takenName =
  /^(Queue|Schedule|Application version) '(.+)' is already registered by application '(.+?)' in this system database/s

/** Two applications in one system database want the same name: drover's own sentence; undefined for any other error. */
export function nameTaken(
  cause: unknown,
  application: string,
  database: DatabaseTarget,
): CliError | undefined {
  const [, kind, name = '', owner] = takenName.exec(cause instanceof Error ? cause.message : '') ?? []
  if (kind === undefined) return undefined
  const what = kind.toLowerCase()
  return new CliError(
    'name-taken',
    `${application} cannot be launched in ${database.label}: the ${what} ${name} there belongs to the application ${owner}.`,
    { hint: [ownDatabase(application, database), freeTheName(kind, name, database)].join('; or '), cause },
  )
}

function ownDatabase(application: string, { embedded }: DatabaseTarget): string {
  return embedded === undefined
    ? `give ${application} a system database of its own, with --db-url`
    : `give ${application} a database of its own: --database ${shellWord(application)}`
}

function freeTheName(kind: string, name: string, { embedded, schema }: DatabaseTarget): string {
  if (kind === 'Application version') return 'another version: --app-version NAME'
  if (kind === 'Schedule') return 'rename the schedule in one of the two applications'
  const place = embedded === undefined || embedded === 'drover' ? '' : ` --database ${shellWord(embedded)}`
  const schemaFlag = schema === 'dbos' ? '' : ` --schema ${shellWord(schema)}`
  return `free the name: drover queues delete ${shellWord(name)}${place}${schemaFlag}`
}
