import type { JsonValue } from '../../core/workflow.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, pathParameter, route } from '../route.ts'
import { requireWorkflow } from '../v1/require-workflow.ts'

export function addStreamRoute(app: GatewayApp, { store, experiment }: GatewayParts): void {
  route(app, '/workflow-stream/:id', {
    get: async (context) => {
      const workflowId = pathParameter(context, 'id')
      await requireWorkflow(store, workflowId)
      const { signal } = context.req.raw
      const values: JsonValue[] = []
      for await (const batch of store.streamValues(workflowId, experiment.streamKey, { signal })) {
        for (const { value } of batch) values.push(value)
      }
      return jsonResponse({ workflow_id: workflowId, stream_values: values, total_messages: values.length })
    },
  })
}
