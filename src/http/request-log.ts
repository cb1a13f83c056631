import { escapeControls } from '../core/words/escape-controls.ts'
import { toFailure } from './failure-response.ts'
import type { GatewayContext } from './gateway-parts.ts'

/** Links, wherever in a path somebody puts one, and tokens, which belong into none. */
const secrets = /^\/+a(\/|%2f).*|eyJ[\w-]{8,}.*|drover_[\w-]{20,}/gi

/** A line for a request: method, path, status, who, and how long. Never a query, a token, a link or a body. */
export function logLine(context: GatewayContext, status: number, tookMs: number): string {
  const { req } = context
  const path = new URL(req.url).pathname.replaceAll(secrets, (secret) =>
    secret.startsWith('/') ? '/a/…' : '…',
  )
  const actor = escapeControls(context.get('actor') ?? '-').slice(0, 100)
  return `${req.method} ${path.slice(0, 200)} ${status} ${actor} ${Math.round(tookMs)} ms`
}

/**
 * What the log says of a bug: its kind and its stack, which the answer does not have. What its message quotes is left out:
 * that may be of a request.
 */
export function bugLine(error: unknown): string | undefined {
  if (toFailure(error).status !== 500) return undefined
  if (!(error instanceof Error)) return 'a bug that is no error'
  const { name, message, stack = '' } = error
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  const said = escapeControls(message.replaceAll(/(["'`]).*\1/gs, '$1…$1'))
  return [`${name}: ${said}`, ...frames].join('\n')
}
