import * as v from 'valibot'
import { record } from '../../files/check-shape.ts'

export const text = (description: string) =>
  v.optional(v.pipe(v.string('must be a text'), v.description(description)))

export const truth = (description: string) =>
  v.optional(v.pipe(v.boolean('must be true or false'), v.description(description)))

const notWhole = 'must be a whole number of zero or more'

export const wholeNumber = (description: string) =>
  v.optional(
    v.pipe(v.number(notWhole), v.safeInteger(notWhole), v.minValue(0, notWhole), v.description(description)),
  )

/** Any values. */
export const list = (description: string) =>
  v.optional(v.pipe(v.array(v.unknown(), 'must be a list'), v.description(description)))

/** Any values by name. */
export const named = (description: string) =>
  v.optional(v.pipe(record(v.unknown(), 'must be an object'), v.description(description)))

/** One text, or several. */
export const textOrTexts = v.union(
  [v.string(), v.array(v.string('must be a text'))],
  'must be a text, or a list of texts',
)

export const texts = (description: string) => v.optional(v.pipe(textOrTexts, v.description(description)))
