import * as v from 'valibot'
import { closedObject, onlyObjects } from './check-shape.ts'

const text = (description: string) =>
  v.optional(v.pipe(v.string('must be a string'), v.description(description)))

const mark = (description: string) =>
  v.optional(v.pipe(v.boolean('must be true or false'), v.description(description)))

/** `profiles.NAME`: a database by name. */
const databaseProfile = closedObject(
  {
    databaseUrl: text(
      'The DBOS system database, as a Postgres URL; its password comes from the environment or from .pgpass.',
    ),
    database: text('The database inside the embedded Postgres, where databaseUrl is not set.'),
    listenUrl: text('The same database without the pooler that databaseUrl goes through, for notifications.'),
    schema: text('The schema of the DBOS system tables.'),
    application: text('The name of the DBOS application.'),
    readOnly: mark('Postgres refuses everything that would change something.'),
    protected: mark('What changes something asks first, and what changes much wants this name typed.'),
  },
  'must be an object',
)

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/

export const profilesSchema = v.pipe(
  onlyObjects(
    v.record(
      v.pipe(v.string(), v.regex(namePattern, 'must be named by letters, digits, dots and dashes')),
      databaseProfile,
      'must be an object, by name',
    ),
  ),
  v.description('Databases by name: drover --profile NAME.'),
)

/** The whole of the `drover.config.json` of a user. */
export const userConfigSchema = closedObject(
  { $schema: v.optional(v.string('must be a string')), profiles: v.optional(profilesSchema) },
  'must hold one JSON object',
)

export type ProfileEntry = v.InferOutput<typeof databaseProfile>
