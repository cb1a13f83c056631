import { submitMessage } from '../../core/decide/submit-message.ts'
import { isJsonObject } from '../../core/words/json.ts'
import { signedStore } from '../answer/signed-store.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { readJson } from '../read-body.ts'
import { jsonResponse, pathParameter, route } from '../route.ts'
import { invalid } from './number-parameter.ts'

export function addMessageRoute(app: GatewayApp, parts: GatewayParts): void {
  const { topic } = parts.experiment
  route(app, '/send-message/:id', {
    scope: 'answer',
    post: async (context) => {
      const workflowId = pathParameter(context, 'id')
      const payload = await readJson(context)
      if (!isJsonObject(payload)) {
        throw invalid('dict_type', ['body'], 'Input should be a valid dictionary', payload)
      }
      const idempotencyKey = context.req.header('Idempotency-Key')
      const store = signedStore(parts, context)
      await submitMessage(store, { workflowId, topic, message: payload, idempotencyKey })
      return jsonResponse({ workflow_id: workflowId, message: 'Notification sent to workflow', payload })
    },
  })
}
