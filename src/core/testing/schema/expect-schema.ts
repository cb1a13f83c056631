import * as v from 'valibot'
import { closedObject, record } from '../../files/check-shape.ts'
import { named, text, texts, truth, wholeNumber } from './schema-parts.ts'

const some = {
  count: wholeNumber('So many of them.'),
  assert: texts('JMESPath that must hold of all of them, in a list.'),
}

const listSchema = v.union(
  [v.array(v.unknown()), closedObject(some, 'must be a list, or an object', 'key')],
  'must be a list, or an object with count or assert',
)

const streamSchema = v.union(
  [
    v.array(v.unknown()),
    closedObject({ ...some, closed: truth('It was closed.') }, 'must be a list, or an object', 'key'),
  ],
  'must be a list, or an object with count, closed or assert',
)

const lists = (description: string) => v.optional(v.pipe(listSchema, v.description(description)))

export const expectSchema = closedObject(
  {
    status: texts("SUCCESS by default; any status of DBOS's, a word such as failed, or several."),
    within: text('No longer than this from its start to its end, such as 10s.'),
    result: v.optional(v.pipe(v.unknown(), v.description('Its result, as a whole.'))),
    error: text('Text that its error contains.'),
    assert: texts('JMESPath that must hold of its result.'),
    events: named('Events by name, with their latest values.'),
    streams: v.optional(
      v.pipe(
        record(streamSchema, 'must be an object'),
        v.description('Streams by name: all values in order, or how many and what holds of them.'),
      ),
    ),
    steps: lists("Its steps in order, by name, or by keys of a step; those of DBOS's own are left out."),
    messages: lists('What was sent to it, in order.'),
    children: lists('The workflows that it started, in order, by name, or by keys of a workflow.'),
  },
  'must be an object',
  'key',
)

export type ExpectSpec = v.InferOutput<typeof expectSchema>
export type ListSpec = v.InferOutput<typeof listSchema> | v.InferOutput<typeof streamSchema>
