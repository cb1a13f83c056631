import type { Store } from '../core/store.ts'
import type { GatewayApp } from './gateway-parts.ts'
import { isAnswering } from './is-answering.ts'
import { jsonResponse, route } from './route.ts'

/** For an orchestrator: `/healthz` is this process, `/readyz` the database of a store, once there is one. */
export function addProbeRoutes(app: GatewayApp, readyStore: () => Pick<Store, 'clock'> | undefined): void {
  const notReady = (status: string): Response => jsonResponse({ status }, 503, { 'Retry-After': '2' })
  route(app, '/healthz', { scope: 'open', get: () => jsonResponse({ status: 'ok' }) })
  route(app, '/readyz', {
    scope: 'open',
    get: async () => {
      const store = readyStore()
      if (!store) return notReady('not ready')
      return (await isAnswering(store))
        ? jsonResponse({ status: 'ok' })
        : notReady('database does not answer')
    },
  })
}
