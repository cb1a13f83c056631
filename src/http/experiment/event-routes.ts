import type { Store } from '../../core/store.ts'
import { timeoutSignal } from '../../core/words/long-timer.ts'
import { isEnded, type JsonValue } from '../../core/workflow.ts'
import { DetailRefusal } from '../failure-response.ts'
import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, pathParameter, route } from '../route.ts'
import { requireWorkflow } from '../v1/require-workflow.ts'
import { parseTimeout } from './number-parameter.ts'

export function addEventRoutes(app: GatewayApp, { store, stopping }: GatewayParts): void {
  route(app, '/workflow-events/:id/all', {
    get: async (context) => {
      const workflowId = pathParameter(context, 'id')
      await requireWorkflow(store, workflowId)
      const events = (await store.events(workflowId)).map(({ key, value }) => [key, value] as const)
      return jsonResponse({ workflow_id: workflowId, events: Object.fromEntries(events) })
    },
  })
  route(app, '/workflow-events/:id/:key', {
    get: async (context) => {
      const [workflowId, key] = [pathParameter(context, 'id'), pathParameter(context, 'key')]
      const timeoutMs = parseTimeout(context.req.query('timeout')) * 1000
      const signal = AbortSignal.any([context.req.raw.signal, stopping])
      const value = await firstValue(store, { workflowId, key, timeoutMs, signal })
      return jsonResponse({ workflow_id: workflowId, event_key: key, value })
    },
  })
}

interface Wanted {
  readonly workflowId: string
  readonly key: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** The latest value of an event; the first one is waited for. Throws 404 with why there is none. */
async function firstValue(store: Store, { workflowId, key, timeoutMs, signal }: Wanted): Promise<JsonValue> {
  const read = async () => (await store.events(workflowId)).find((event) => event.key === key)
  const here = await read()
  if (here) return here.value
  const workflow = await store.get(workflowId)
  if (!workflow) throw noEvent('workflow-not-found', key)
  if (!isEnded(workflow.status) && timeoutMs > 0) {
    const late = timeoutSignal(timeoutMs)
    const types = ['event', 'status'] as const
    const options = { types, latestEvents: true, signal: AbortSignal.any([signal, late]) }
    for await (const change of store.follow([workflowId], options)) {
      if (change.type === 'event' && change.key === key) return change.value
    }
    if (late.aborted) throw noEvent('timed-out', key)
  }
  // What it published last may have come with its end.
  const last = await read()
  if (last) return last.value
  throw noEvent(isEnded(workflow.status) || timeoutMs > 0 ? 'event-never-published' : 'timed-out', key)
}

function noEvent(code: string, key: string): DetailRefusal {
  return new DetailRefusal(404, code, `Event '${key}' not found or timeout reached`)
}
