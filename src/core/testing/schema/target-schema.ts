import * as v from 'valibot'
import { closedObject } from '../../files/check-shape.ts'
import { named, text, texts, truth } from './schema-parts.ts'

const filterSchema = closedObject(
  {
    name: texts('Of this name, or Class.name.'),
    status: texts("Of this status: a word such as failed, or DBOS's own."),
    attr: named('With these attributes.'),
    since: text('Created since this time, or so long ago, such as 1m.'),
    parent: texts('Started by this workflow.'),
    queue: texts('On this queue.'),
    application: texts('Of this application.'),
    appVersion: texts('Of this version of its application.'),
    executor: texts('Of this executor.'),
    schedule: texts('Started by this schedule.'),
    user: texts('Started for this authenticated user.'),
    idPrefix: texts('With an id that begins so.'),
    roots: truth('Started by no workflow.'),
    hasParent: truth('Started by a workflow.'),
    isFork: truth('A copy of another workflow.'),
  },
  'must be an id, or a filter',
  'key',
)

/** A workflow that is there: by its id, or the newest that a filter finds. */
export const targetSchema = v.union([v.string(), filterSchema], 'must be an id, or a filter')

export type TargetSpec = v.InferOutput<typeof targetSchema>
export type FilterSpec = v.InferOutput<typeof filterSchema>
