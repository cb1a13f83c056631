import { toFailure } from './failure-response.ts'
import type { GatewayContext } from './gateway-parts.ts'

/** A line for a request: method, path, status, who, and how long. Never a query, a token, a link or a body. */
export function logLine(context: GatewayContext, status: number, tookMs: number): string {
  const { req } = context
  const path = new URL(req.url).pathname.replace(/^\/a\/.*/, '/a/…')
  return `${req.method} ${path.slice(0, 200)} ${status} ${context.get('actor') ?? '-'} ${Math.round(tookMs)} ms`
}

/** What the log says of a bug: its stack, which the answer does not have. */
export function bugLine(error: unknown): string | undefined {
  if (toFailure(error).status !== 500) return undefined
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
