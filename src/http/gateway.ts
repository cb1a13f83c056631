import { Hono } from 'hono'
import { monotonicMs } from '../core/words/long-timer.ts'
import { createAuthorize } from './auth/authorize.ts'
import { addEventRoutes } from './experiment/event-routes.ts'
import { addHealthRoute } from './experiment/health-route.ts'
import { addMessageRoute } from './experiment/message-route.ts'
import { addStartRoutes } from './experiment/start-routes.ts'
import { addStreamRoute } from './experiment/stream-route.ts'
import { failureResponse, HttpRefusal } from './failure-response.ts'
import type { GatewayApp, GatewayEnv, GatewayParts } from './gateway-parts.ts'
import { answerPreflight, corsHeaders } from './guard/allow-origin.ts'
import { guardRequest } from './guard/guard-request.ts'
import { addLinkRoutes } from './links/link-routes.ts'
import { addMetricsRoute } from './metrics-route.ts'
import { tellArrivals } from './notify/tell-arrivals.ts'
import { addPageRoutes } from './pages/page-routes.ts'
import { addSessionRoute } from './pages/sign-in.ts'
import { addProbeRoutes } from './probe-routes.ts'
import { bugLine, logLine } from './request-log.ts'
import { createEventStreams } from './sse/event-stream.ts'
import { createInboxHub } from './sse/inbox-hub.ts'
import { addV1Routes } from './v1/v1-routes.ts'

/** The whole gateway as one function from a request to an answer; it holds no state that a restart would lose. */
export function createGateway(parts: GatewayParts): GatewayApp {
  const app = new Hono<GatewayEnv>()
  app.onError((error, { req }) => {
    const bug = bugLine(error)
    if (bug !== undefined) parts.onLog(bug)
    return failureResponse(error, req.path)
  })
  app.notFound(({ req }) =>
    failureResponse(
      new HttpRefusal(404, 'no-such-route', 'There is nothing under this path.', {
        hint: 'GET /openapi.json',
      }),
      req.path,
    ),
  )
  app.use(async (context, next) => {
    const beganMs = monotonicMs()
    await next()
    context.res.headers.set('X-Content-Type-Options', 'nosniff')
    for (const [name, value] of Object.entries(corsHeaders(context, parts.access))) {
      context.res.headers.set(name, value)
    }
    parts.onLog(logLine(context, context.res.status, monotonicMs() - beganMs))
  })
  const authorize = createAuthorize(parts.access, parts.now)
  app.use(async (context, next) => {
    guardRequest(context, parts.access)
    context.set('authorize', (needed, options) => authorize(context, needed, options))
    const preflight = answerPreflight(context, parts.access)
    if (preflight) return preflight
    await next()
    return undefined
  })
  addProbeRoutes(app, () => parts.store)
  addMetricsRoute(app, parts)
  addHealthRoute(app, parts)
  addStartRoutes(app, parts)
  addEventRoutes(app, parts)
  addMessageRoute(app, parts)
  addStreamRoute(app, parts)
  const streams = createEventStreams(parts, parts.mostStreams)
  const sources = { streams, inbox: createInboxHub(parts) }
  void tellArrivals(parts, sources.inbox)
  addV1Routes(app, parts, sources)
  addSessionRoute(app, parts)
  addPageRoutes(app, parts, sources)
  addLinkRoutes(app, parts, streams)
  return app
}
