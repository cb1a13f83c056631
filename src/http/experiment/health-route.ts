import type { GatewayApp, GatewayParts } from '../gateway-parts.ts'
import { isAnswering } from '../is-answering.ts'
import { jsonResponse, route } from '../route.ts'

export function addHealthRoute(app: GatewayApp, { store }: Pick<GatewayParts, 'store'>): void {
  route(app, '/health', {
    scope: 'open',
    get: async () => {
      const memory = Math.round((process.memoryUsage.rss() / 1024 ** 2) * 100) / 100
      return (await isAnswering(store))
        ? jsonResponse({ status: 'ok', memory_mb: memory, database: store.database.label })
        : jsonResponse({ status: 'database does not answer', memory_mb: memory }, 503, { 'Retry-After': '2' })
    },
  })
}
