import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, route } from '../route.ts'
import { type StreamSources, streamOperations } from '../sse/stream-operations.ts'
import { toOpenApi } from './openapi.ts'
import { addOperations, type Operation } from './operation.ts'
import { platformOperations } from './platform-operations.ts'
import { waitOperations } from './wait-operations.ts'
import { workflowOperations } from './workflow-operations.ts'
import { writeOperations } from './write-operations.ts'

function v1Operations(parts: GatewayParts, sources: StreamSources): readonly Operation[] {
  return [
    ...workflowOperations(parts),
    ...writeOperations(parts),
    ...waitOperations(parts),
    ...platformOperations(parts),
    ...streamOperations(parts, sources),
  ]
}

export function addV1Routes(app: GatewayApp, parts: GatewayParts, sources: StreamSources): void {
  const operations = v1Operations(parts, sources)
  addOperations(app, operations)
  route(app, '/openapi.json', {
    scope: 'open',
    get: () => jsonResponse(toOpenApi(operations, parts.version)),
  })
}
