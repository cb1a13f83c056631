import * as v from 'valibot'
import { CliError } from '../../core/errors.ts'
import type { JsonValue } from '../../core/workflow.ts'
import type { Scope } from '../auth/scope.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { GatewayApp, GatewayContext } from '../gateway-parts.ts'
import { readJson } from '../read-body.ts'
import { route } from '../route.ts'
import type { ShapeName } from './shapes.ts'

/** One thing that a path can do: what is asked, what is answered, and who may. */
export interface Operation {
  readonly method: 'get' | 'post'
  /** As Hono writes it: `/v1/workflows/:id`. */
  readonly path: string
  readonly summary: string
  readonly scope: Scope
  readonly query?: v.GenericSchema
  readonly body?: v.GenericSchema
  readonly answer: { readonly shape: ShapeName; readonly isList?: boolean; readonly status?: number }
  /** It answers with server-sent events, whose `data` are of this shape. */
  readonly isStream?: boolean
  handle(context: GatewayContext): Response | Promise<Response>
}

export function addOperations(app: GatewayApp, operations: readonly Operation[]): void {
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const of = (method: Operation['method']) =>
      operations.find((operation) => operation.path === path && operation.method === method)
    const [get, post] = [of('get'), of('post')]
    route(app, path, {
      ...(get && { get: (context) => get.handle(context) }),
      ...(post && { post: (context) => post.handle(context), scope: post.scope }),
    })
  }
}

/** The query string. Throws `invalid-argument` for a name, or a value, that is none of it. */
export function readQuery<Schema extends v.GenericSchema>(
  { req }: GatewayContext,
  schema: Schema & { readonly entries: Record<string, v.GenericSchema> },
): v.InferOutput<Schema> {
  const given: Record<string, unknown> = {}
  for (const [name, values] of Object.entries(req.queries())) {
    if (values.some((value) => value.includes('\0')))
      throw invalidInput(`${name} holds a character that no text can have`)
    const isList = isListSchema(schema.entries[name])
    if (!isList && values.length > 1) throw invalidInput(`${name} may be there once`)
    Object.defineProperty(given, name, { value: isList ? values : values[0], enumerable: true })
  }
  return parse(schema, given)
}

function isListSchema(schema: v.GenericSchema | undefined): boolean {
  const wrapped = schema && 'wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema
  return wrapped?.type === 'array'
}

/** The body. Throws `invalid-argument` for a key, or a value, that is none of it. */
export async function readBody<Schema extends v.GenericSchema>(
  context: GatewayContext,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const body = await readJson(context)
  if (hasNul(body)) throw invalidInput('the body holds a character that no text can have: U+0000')
  return parse(schema, body)
}

function parse<Schema extends v.GenericSchema>(schema: Schema, given: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, given)
  if (result.success) return result.output
  throw invalidInput(describeIssue(result.issues[0]))
}

/** What is wrong, for whoever typed it. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? ''
  const { kind, type, expected, received, message } = issue
  if (type === 'strict_object' && expected === 'never') return `there is no "${path}" here`
  if (type === 'strict_object' && path !== '') return `"${path}" is missing`
  const what = path === '' ? 'it' : `"${path}"`
  if (kind === 'schema' && expected !== null) {
    const wanted = expected === 'Object' ? 'a JSON object' : expected
    return `${what} must be ${wanted.replaceAll(/^\(|\)$/g, '').replaceAll(' | ', ' or ')}, not ${received}`
  }
  return `${path === '' ? '' : `"${path}": `}${message}`
}

function invalidInput(what: string): CliError {
  return new CliError('invalid-argument', `The request is not right: ${what}.`, { hint: 'GET /openapi.json' })
}

/** Postgres keeps no text with one. */
function hasNul(value: JsonValue): boolean {
  return JSON.stringify(value).includes('\\u0000')
}

export function notFound(code: string, message: string): HttpRefusal {
  return new HttpRefusal(404, code, message)
}
