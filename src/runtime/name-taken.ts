import type { DatabaseTarget } from '../core/database.ts'
import { CliError } from '../core/errors.ts'
import { asText, command, type Phrase, phrase, renderArguments } from '../core/words/command-line.ts'

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
    {
      hint: phrase`${ownDatabase(application, database)}; or ${freeTheName(kind, name, database)}`,
      cause,
    },
  )
}

function ownDatabase(application: string, { embedded }: DatabaseTarget): Phrase {
  if (embedded === undefined) return phrase`give ${application} a system database of its own, with --db-url`
  return phrase`give ${application} a database of its own: ${asText(renderArguments([], { '--database': application }))}`
}

function freeTheName(kind: string, name: string, { embedded, schema }: DatabaseTarget): Phrase {
  if (kind === 'Application version') return asText('another version: --app-version NAME')
  if (kind === 'Schedule') return asText('rename the schedule in one of the two applications')
  const free = command('queues delete', [name], {
    '--database': embedded === 'drover' ? undefined : embedded,
    '--schema': schema === 'dbos' ? undefined : schema,
  })
  return phrase`free the name: ${free}`
}
