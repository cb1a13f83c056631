import type { GatewayApp, GatewayParts } from './gateway-parts.ts'
import { isAnswering } from './is-answering.ts'
import { jsonResponse, route } from './route.ts'

/** For an orchestrator: `/healthz` is this process, `/readyz` its database. */
export function addProbeRoutes(
  app: GatewayApp,
  { store }: Pick<GatewayParts, 'store'>,
  isReady: () => boolean = () => true,
): void {
  route(app, '/healthz', { scope: 'open', get: () => jsonResponse({ status: 'ok' }) })
  route(app, '/readyz', {
    scope: 'open',
    get: async () => {
      if (!isReady()) return jsonResponse({ status: 'not ready' }, 503, { 'Retry-After': '2' })
      return (await isAnswering(store))
        ? jsonResponse({ status: 'ok' })
        : jsonResponse({ status: 'database does not answer' }, 503, { 'Retry-After': '2' })
    },
  })
}
