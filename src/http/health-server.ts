import { Hono } from 'hono'
import type { Store } from '../core/store.ts'
import { command, phrase } from '../core/words/command-line.ts'
import { failureResponse, HttpRefusal } from './failure-response.ts'
import type { GatewayEnv } from './gateway-parts.ts'
import { type Listening, listen } from './http-server.ts'
import { addProbeRoutes } from './probe-routes.ts'

export interface HealthServer {
  readonly port: number
  /** From now on `/readyz` tells whether the database of this store answers; until then, and without one, it is 503. */
  setReady(store: Pick<Store, 'clock'> | undefined): void
  close(): Promise<void>
}

const graceMs = 500

/** `/healthz` and `/readyz` for whatever looks after this process, from any machine: they tell nothing else. Throws `address-in-use`. */
export async function openHealthServer(port: number): Promise<HealthServer> {
  let ready: Pick<Store, 'clock'> | undefined
  const app = new Hono<GatewayEnv>()
  app.onError((error, { req }) => failureResponse(error, req.path))
  app.notFound(({ req }) =>
    failureResponse(new HttpRefusal(404, 'no-such-route', 'There is nothing under this path.'), req.path),
  )
  addProbeRoutes(app, () => ready)
  const suggest = (other: number) =>
    phrase`${command('worker', [], { '--health-port': other })}   # with what else was there`
  const listening: Listening = await listen(app, { host: '0.0.0.0', port }, suggest)
  return {
    port: listening.port,
    setReady: (store) => {
      ready = store
    },
    close: () => listening.close(graceMs),
  }
}
