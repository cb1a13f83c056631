import { Hono } from 'hono'
import type { Store } from '../core/store.ts'
import { failureResponse, HttpRefusal } from './failure-response.ts'
import type { GatewayEnv } from './gateway-parts.ts'
import { type Listening, listen } from './http-server.ts'
import { addProbeRoutes } from './probe-routes.ts'

interface HealthServer {
  readonly port: number
  /** Until then, and once it is stopping, `/readyz` is 503. */
  setReady(isReady: boolean): void
  close(): Promise<void>
}

const graceMs = 500

/** `/healthz` and `/readyz` for whatever looks after this process, from any machine: they tell nothing else. */
export async function openHealthServer(port: number, store: Store): Promise<HealthServer> {
  let isReady = false
  const app = new Hono<GatewayEnv>()
  app.onError((error, { req }) => failureResponse(error, req.path))
  app.notFound(({ req }) =>
    failureResponse(new HttpRefusal(404, 'no-such-route', 'There is nothing under this path.'), req.path),
  )
  addProbeRoutes(app, { store }, () => isReady)
  const listening: Listening = await listen(app, { host: '0.0.0.0', port })
  return {
    port: listening.port,
    setReady: (given) => {
      isReady = given
    },
    close: () => listening.close(graceMs),
  }
}
