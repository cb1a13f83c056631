import * as v from 'valibot'
import { closedObject, onlyObjects } from './check-shape.ts'
import { profilesSchema } from './profile-schema.ts'

/** `workflows.NAME` in `drover.config.json`, or one of several of that name. */
export const profileSchema = closedObject(
  {
    topic: v.optional(
      v.pipe(
        v.nullable(
          v.pipe(
            v.string('must be a string, or null for none'),
            v.minLength(1, 'must be a string, or null for none'),
          ),
        ),
        v.description('The topic that it receives on; null for none.'),
      ),
    ),
    step: v.optional(
      v.pipe(
        v.number('must be a whole number of zero or more'),
        v.safeInteger('must be a whole number of zero or more'),
        v.minValue(0, 'must be a whole number of zero or more'),
        v.description('Only the wait at this step, the number behind # in drover inbox.'),
      ),
    ),
    approve: v.optional(v.pipe(v.unknown(), v.description('What approve sends.'))),
    reject: v.optional(v.pipe(v.unknown(), v.description('What reject sends.'))),
  },
  'must be an object, or an array of objects',
)

/** One for each topic or step: of two for the same wait nobody knows which one is meant. */
const profileListSchema = v.pipe(
  v.array(profileSchema, 'must be an object, or an array of objects'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const places = new Map<string, number>()
    for (const [index, { topic, step }] of dataset.value.entries()) {
      const place = JSON.stringify([step ?? null, topic === undefined ? [] : topic])
      const other = places.get(place)
      if (other !== undefined)
        addIssue({
          message: `is for the same topic and step as [${other}]`,
          path: [{ type: 'array', origin: 'value', input: dataset.value, key: index, value: null }],
        })
      places.set(place, index)
    }
  }),
  v.description('One for each topic or step that a workflow of this name waits on.'),
)

const text = (description: string) =>
  v.optional(v.pipe(v.string('must be a string'), v.description(description)))

/** The whole of `drover.config.json`; `docs/drover.config.schema.json` is written from it. */
export const configSchema = v.pipe(
  closedObject(
    {
      $schema: v.optional(v.string('must be a string')),
      databaseUrl: text('The DBOS system database, as a Postgres URL.'),
      listenUrl: text(
        'The same database without the pooler that databaseUrl goes through, for notifications.',
      ),
      database: text(
        'The database inside the embedded Postgres (default: drover); where databaseUrl is not set, it is used instead of what dbos-config.yaml names.',
      ),
      schema: text('The schema of the DBOS system tables (default: dbos).'),
      app: text('The module that registers the workflows, relative to this file.'),
      application: text('The name of the DBOS application.'),
      audit: v.optional(
        v.pipe(
          v.picklist(['on', 'off', 'required'], 'must be "on", "off" or "required"'),
          v.description(
            'Whether who decides and acts is recorded in the database (default: on): with "on" who decides must be, with "required" who acts as well.',
          ),
        ),
      ),
      profiles: v.optional(profilesSchema),
      workflows: v.optional(
        v.pipe(
          onlyObjects(
            v.record(
              v.string(),
              v.union([profileSchema, profileListSchema], 'must be an object, or an array of objects'),
              'must be an object, by workflow name',
            ),
          ),
          v.description(
            'How workflows that were not written for drover want to be answered, by workflow name.',
          ),
        ),
      ),
      gateway: v.optional(
        closedObject(
          {
            experiment: v.optional(
              closedObject(
                {
                  events: text('The workflow of /start-workflow-events.'),
                  messaging: text('The workflow of /start-workflow-messaging.'),
                  streaming: text('The workflow of /start-workflow-streaming.'),
                  topic: text('The topic of /send-message.'),
                  streamKey: text('The stream of /workflow-stream.'),
                },
                'must be an object',
              ),
            ),
          },
          'must be an object',
        ),
      ),
    },
    'must hold one JSON object',
  ),
  v.title('drover.config.json'),
  v.description(
    'Settings of drover for a project. Environment variables can be used in every string as ${NAME} or ${NAME:-default}.',
  ),
)
