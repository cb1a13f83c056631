import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import type { Operation } from './operation.ts'
import { shapes } from './shapes.ts'

/** The document of OpenAPI 3.1, made of what validates requests. */
export function toOpenApi(operations: readonly Operation[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: describe(operation) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'drover', version, description: 'The DBOS workflows of a system database.' },
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, schemaOf(shape)])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  }
}

function describe({ path, summary, scope, query, body, answer, isStream }: Operation): object {
  const { shape, isList, status = 200 } = answer
  const item = { $ref: `#/components/schemas/${shape}` }
  const schema = isList ? { type: 'array', items: item } : item
  const type = isStream ? 'text/event-stream' : 'application/json'
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return {
    summary,
    description: `Needs the scope ${scope}, where tokens are needed.`,
    parameters: [...inPath, ...queryParameters(query)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: {
      [status]: { description: summary, content: { [type]: { schema: isStream ? item : schema } } },
      default: {
        description: 'refused',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function queryParameters(query: GenericSchema | undefined): readonly object[] {
  if (!query) return []
  const { properties = {} } = schemaOf(query) as { readonly properties?: Readonly<Record<string, object>> }
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))
}

function schemaOf(schema: GenericSchema): object {
  const { $schema: _, ...rest } = toJsonSchema(schema, { typeMode: 'input', errorMode: 'ignore' })
  return rest
}
