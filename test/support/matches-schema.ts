/** As much of JSON Schema as drover's own schemas use; a keyword that is not known here is a failure. */
export interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly [keyword: string]: unknown
}

const known = ['$schema', 'title', 'type', 'properties', 'required', 'items', 'anyOf', 'enum', 'format']

/** Where a value is not what a schema says, by path; empty where it is. A key that the schema does not have is wrong, too. */
export function mismatches(schema: Schema, value: unknown, path = '$'): string[] {
  const strange = Object.keys(schema).filter((keyword) => !known.includes(keyword))
  if (strange.length > 0) return [`${path}: unknown keyword ${strange.join(', ')}`]
  if (schema.anyOf) {
    const all = schema.anyOf.map((one) => mismatches(one, value, path))
    return all.some((found) => found.length === 0) ? [] : all.flat()
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${path} is none of ${schema.enum.join(', ')}`]
  if (schema.type !== undefined && schema.type !== typeOf(value))
    return [`${path} is ${typeOf(value)}, not ${schema.type}`]
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(String(value)))) return [`${path} is no time`]
  if (Array.isArray(value))
    return value.flatMap((one, index) =>
      schema.items ? mismatches(schema.items, one, `${path}[${index}]`) : [],
    )
  if (schema.type !== 'object') return []
  const object = value as Readonly<Record<string, unknown>>
  const { properties = {}, required = [] } = schema
  return [
    ...required.filter((key) => !(key in object)).map((key) => `${path}.${key} is missing`),
    ...Object.keys(object).flatMap((key) => {
      const inner = properties[key]
      return inner ? mismatches(inner, object[key], `${path}.${key}`) : [`${path}.${key} is not described`]
    }),
  ]
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
