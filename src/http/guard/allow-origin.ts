import type { Access, GatewayContext } from '../gateway-parts.ts'

/** The headers by which a browser lets an allowed page read the answer; empty for everybody else. */
export function corsHeaders(
  { req }: GatewayContext,
  { origins }: Pick<Access, 'origins'>,
): Readonly<Record<string, string>> {
  const origin = req.header('Origin')
  if (origin === undefined || !origins.includes(origin)) return {}
  return {
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'Link, Location, Retry-After, Drover-Existing',
    Vary: 'Origin',
  }
}

/** The answer to a browser that asks first whether an allowed page may; undefined for other requests. */
export function answerPreflight(
  context: GatewayContext,
  access: Pick<Access, 'origins'>,
): Response | undefined {
  const { req } = context
  const headers = corsHeaders(context, access)
  if (req.method !== 'OPTIONS' || !('Access-Control-Allow-Origin' in headers)) return undefined
  return new Response(null, {
    status: 204,
    headers: {
      ...headers,
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID',
      'Access-Control-Max-Age': '600',
    },
  })
}
