import { CliError, type ErrorCode } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { waitFor } from '../../core/wait/wait-for.ts'
import type { JsonValue } from '../../core/workflow.ts'
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
  const [found] = await store.existing([workflowId])
  if (found === undefined) throw noEvent('workflow-not-found', key)
  try {
    const condition = { kind: 'event', path: key, isName: true, comparison: null } as const
    return await waitFor(store, workflowId, [condition], { timeoutMs, signal })
  } catch (error) {
    const code = error instanceof CliError ? codeOfNone[error.code] : undefined
    if (code !== undefined) throw noEvent(code, key)
    throw error
  }
}

/** What the experiment's 404 says besides, of why there is none. */
const codeOfNone: Partial<Record<ErrorCode, string>> = {
  'condition-not-met': 'event-never-published',
  'workflow-not-found': 'workflow-not-found',
  'timed-out': 'timed-out',
  // The gateway stops.
  interrupted: 'interrupted',
}

function noEvent(code: string, key: string): DetailRefusal {
  return new DetailRefusal(404, code, `Event '${key}' not found or timeout reached`)
}
