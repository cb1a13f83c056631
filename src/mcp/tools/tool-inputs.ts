import * as v from 'valibot'
import { closedObject } from '../../core/files/check-shape.ts'

const described = <Schema extends v.GenericSchema>(schema: Schema, description: string) =>
  v.pipe(schema, v.description(description))

/** With these arguments, and no other. */
export const input = <Entries extends v.ObjectEntries>(entries: Entries) =>
  closedObject(entries, 'must be an object', 'argument')

export const text = (description: string) => described(v.string('must be text'), description)

const word = (description: string) =>
  described(v.pipe(v.string('must be text'), v.minLength(1, 'must not be empty')), description)

export const workflowId = word('the whole id of the workflow')

export const key = word

export const count = (most: number, usual: number, what: string) =>
  v.optional(
    described(
      v.pipe(
        v.number('must be a number'),
        v.integer('must be a whole number'),
        v.minValue(1, 'must be 1 or more'),
        v.maxValue(most, `must be ${most} or less`),
      ),
      `${what}; ${usual} unless it is given, ${most} at most`,
    ),
    usual,
  )

export const offset = described(
  v.pipe(
    v.number('must be a number'),
    v.integer('must be a whole number'),
    v.minValue(0, 'must be 0 or more'),
  ),
  'the offset of the first value to read',
)

export const texts = (description: string) =>
  described(v.array(v.string('must be text'), 'must be a list of texts'), description)

export const workflowIds = described(
  v.pipe(
    v.array(v.string('must be text'), 'must be a list of ids'),
    v.minLength(1, 'must have an id'),
    v.maxLength(100, 'must have 100 ids or fewer'),
  ),
  'whole ids of the workflows that the user named, 100 at most',
)

export const json = (description: string) => described(v.unknown(), `${description}; any JSON`)

export const flag = (description: string) => described(v.boolean('must be true or false'), description)
