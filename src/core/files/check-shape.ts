import * as v from 'valibot'
import { CliError, type ErrorCode } from '../errors.ts'
import { nearest } from '../words/nearest.ts'

type Checked<Schema extends v.GenericSchema> =
  | { readonly value: v.InferOutput<Schema> }
  | {
      readonly problem: string
      readonly hint: string | undefined
      /** To what is wrong, from the top down. */
      readonly path: readonly (string | number)[]
    }

/** The first thing that is wrong, by its key: `"workflows.order[0].step" must be …`. */
export function checkShape<Schema extends v.GenericSchema>(schema: Schema, value: unknown): Checked<Schema> {
  const { success, output, issues } = v.safeParse(schema, value)
  if (success) return { value: output }
  const { path, message } = deepest(issues[0])
  const [sentence = '', hint] = message.split('\n')
  const key = sentence.startsWith('is not') ? String(path.at(-1)) : toKey(path)
  return { problem: key === '' ? sentence.replace(/^must/, 'it must') : `"${key}" ${sentence}`, hint, path }
}

interface ShapeFailure {
  readonly file: string
  readonly code: ErrorCode
  /** What to do where the file does not say it better itself. */
  readonly hint: string
}

/** The value in its shape. Throws `code` with the file and the key that is wrong. */
export function requireShape<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
  { file, code, hint }: ShapeFailure,
): v.InferOutput<Schema> {
  const checked = checkShape(schema, value)
  if ('value' in checked) return checked.value
  const { problem } = checked
  throw new CliError(code, `${file}: ${problem}${problem.endsWith('?') ? '' : '.'}`, {
    hint: checked.hint ?? hint,
  })
}

/** An object that has these keys and no other. `what` says how it must be: `must be an object`; `noun` what a key of it is. */
export function closedObject<Entries extends v.ObjectEntries>(
  entries: Entries,
  what: string,
  noun = 'setting',
) {
  const message = ({ expected, input }: { readonly expected: string | null; readonly input: unknown }) => {
    if (expected?.startsWith('"')) return 'is missing'
    if (expected !== 'never') return what
    const known = Object.keys(entries)
    const meant = nearest(String(input), known)
    return `is not a ${noun}${meant ? `; did you mean "${meant}"?` : ''}\nthe ${noun}s are: ${known.join(', ')}`
  }
  return onlyObjects(v.strictObject(entries, message))
}

/** To valibot, and to JavaScript, a list and a number that keeps its digits are objects as well. */
export function onlyObjects<Schema extends v.GenericSchema>(schema: Schema): Schema {
  return {
    ...schema,
    '~run': (dataset, config) => {
      const { value } = dataset
      const isOther = Array.isArray(value) || value instanceof Number
      return schema['~run'](isOther ? { ...dataset, value: undefined } : dataset, config)
    },
  }
}

/** Values by names, which may be any: `v.record` leaves out those that JavaScript has for its own, such as `constructor`. */
export function record<Values extends v.GenericSchema>(values: Values, what?: string): NamedValues<Values> {
  const schema: NamedValues<Values> = v.record(v.string(), values, what)
  return onlyObjects({
    ...schema,
    '~run': (dataset, config) => {
      const { value: given } = dataset
      const checked = schema['~run'](dataset, config)
      for (const name of left) {
        if (!isObject(given) || !Object.hasOwn(given, name)) continue
        const { issues, value } = values['~run']({ value: given[name] }, config)
        const item = { type: 'object', origin: 'value', input: given, key: name, value: given[name] } as const
        for (const issue of issues ?? []) Object.assign(issue, { path: [item, ...(issue.path ?? [])] })
        if (issues) Object.assign(checked, { issues: [...(checked.issues ?? []), ...issues] })
        const property = { value, enumerable: true, configurable: true, writable: true }
        Object.defineProperty(checked.value, name, property)
      }
      return checked
    },
  })
}

type NamedValues<Values extends v.GenericSchema> = v.RecordSchema<
  v.StringSchema<undefined>,
  Values,
  string | undefined
>

const left = ['constructor', 'prototype', '__proto__']

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Place {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Of a union that which its input was most likely meant to be: a list where it is one. */
function deepest(issue: v.BaseIssue<unknown>): Place {
  const path = (issue.path ?? []).map(({ key }) => key as string | number)
  const kind = Array.isArray(issue.input) ? 'array' : 'object'
  const inner = issue.issues?.find(({ path }) => path?.[0].type === kind)
  if (!inner) return { path, message: issue.message }
  const below = deepest(inner)
  return { path: [...path, ...below.path], message: below.message }
}

function toKey(path: readonly (string | number)[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${key}`))
    .join('')
}
