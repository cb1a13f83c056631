import { isDeepStrictEqual } from 'node:util'
import { CliError } from '../../core/errors.ts'
import { findRegistrations } from '../../core/run/registrations.ts'
import { command } from '../../core/words/command-line.ts'
import { requireWorkflowId } from '../../core/words/workflow-id.ts'
import { isEnded, type JsonValue, type Workflow } from '../../core/workflow.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { ExperimentWorkflows, GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { jsonResponse, pathParameter, route } from '../route.ts'
import { startPlanned } from '../start-planned.ts'
import { parseSteps } from './number-parameter.ts'

interface StartRoute {
  readonly path: string
  readonly workflow: keyof Pick<ExperimentWorkflows, 'events' | 'messaging' | 'streaming'>
  readonly answer: (idInPath: string) => object
}

const startRoutes: readonly StartRoute[] = [
  {
    path: '/start-workflow-events',
    workflow: 'events',
    answer: (id) => ({
      message: 'Workflow started with events',
      query_endpoints: {
        progress: `/workflow-events/${id}/progress`,
        status: `/workflow-events/${id}/status`,
        result: `/workflow-events/${id}/result`,
        all_events: `/workflow-events/${id}/all`,
      },
    }),
  },
  {
    path: '/start-workflow-messaging',
    workflow: 'messaging',
    answer: (id) => ({
      message: 'Workflow started and will wait for approval notification',
      send_approval: `/send-message/${id}`,
      note: "Send POST request with JSON body: {'approved': true}. Messages are queued automatically.",
    }),
  },
  {
    path: '/start-workflow-streaming',
    workflow: 'streaming',
    answer: (id) => ({ message: 'Workflow started with streaming', read_stream: `/workflow-stream/${id}` }),
  },
]

export function addStartRoutes(app: GatewayApp, parts: GatewayParts): void {
  for (const { path, workflow, answer } of startRoutes) {
    route(app, `${path}/:id/:n`, {
      scope: 'start',
      post: async (context) => {
        const workflowId = requireWorkflowId(pathParameter(context, 'id'))
        const args = [parseSteps(pathParameter(context, 'n'))]
        const name = parts.experiment[workflow]
        const existing = await parts.store.get(workflowId)
        if (existing) requireSame(existing, name, args)
        else {
          await requireRegistered(parts, name)
          await startPlanned(parts, { name, args, workflowId })
        }
        const body = { workflow_id: workflowId, ...answer(encodeURIComponent(workflowId)) }
        return jsonResponse(body, 200, existing ? { 'Drover-Existing': existing.status } : {})
      },
    })
  }
}

/** The same call again starts nothing, also when that has ended: its answer tells as what it is there. */
function requireSame({ workflowId, name, input, status }: Workflow, wanted: string, args: JsonValue): void {
  if (name === wanted && isDeepStrictEqual(input, args)) return
  const what =
    name === wanted ? `with other arguments (${isEnded(status) ? 'ended ' : ''}${status})` : `a ${name}`
  throw new CliError('id-in-use', `The id ${workflowId} is in use: that workflow is ${what}.`, {
    hint: 'choose another id',
  })
}

/** Throws 404 where neither this process nor a live executor has a workflow of this name, and none ever ran. */
async function requireRegistered({ store, experiment }: GatewayParts, name: string): Promise<void> {
  if (experiment.registered?.has(name)) return
  if ((await store.origins(name)).length > 0) return
  if (findRegistrations(await store.executors({ ask: true }), name).length > 0) return
  throw new HttpRefusal(404, 'workflow-not-registered', `No workflow "${name}" is registered here.`, {
    hint: command('serve', [], { '--app': 'drover:demo' }),
  })
}
