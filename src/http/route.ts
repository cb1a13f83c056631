import { CliError } from '../core/errors.ts'
import { toJsonLine } from '../render/to-json.ts'
import type { Scope } from './auth/scope.ts'
import { HttpRefusal } from './failure-response.ts'
import type { GatewayApp, GatewayContext } from './gateway-parts.ts'

type Handler = (context: GatewayContext) => Response | Promise<Response>

interface Handlers {
  readonly get?: Handler
  readonly post?: Handler
  /** What a token must allow; `open` needs none. Reading needs `read` unless it says otherwise. */
  readonly scope?: Scope | 'open'
}

/** A path with what it can do, and for whom; every other method is 405, and says which ones there are. */
export function route(app: GatewayApp, path: string, { get, post, scope }: Handlers): void {
  const guarded = (handler: Handler, needed: Scope | 'open'): Handler => {
    return async (context) => {
      if (needed !== 'open') context.set('authenticated', await context.get('authorize')(needed))
      return handler(context)
    }
  }
  if (get) app.get(path, guarded(get, scope === 'open' ? 'open' : 'read'))
  // What is not said needs the most.
  if (post) app.post(path, guarded(post, scope ?? 'start'))
  const allowed = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : [])].join(', ')
  app.all(path, ({ req }) => {
    throw new HttpRefusal(405, 'method-not-allowed', `${req.method} is not for this path.`, {
      hint: allowed,
      headers: { Allow: allowed },
    })
  })
}

export function jsonResponse(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(toJsonLine(value), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
  })
}

/** A part of the path, decoded once. Throws `invalid-argument` for what no id can hold. */
export function pathParameter(context: GatewayContext, name: string): string {
  const value = context.req.param(name) ?? ''
  if (!value.includes('\0')) return value
  throw new CliError('invalid-argument', 'The path holds a character that no id can have.')
}
