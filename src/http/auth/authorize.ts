import type { Actor } from '../../core/decide/decision.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { Access, AuthorizeOptions, GatewayContext } from '../gateway-parts.ts'
import { clientAddress } from './client-address.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import { includesScope, type Scope } from './scope.ts'
import { findToken, type KeptToken } from './tokens.ts'

export const sessionCookie = 'drover_session'

const failuresPerMinute = 10

/** Whether who asks may; who it is, where a token says so. */
type Authorize = (
  context: GatewayContext,
  needed: Scope,
  options?: AuthorizeOptions,
) => Promise<Actor | undefined>

/** Throws 401 without a token where one is needed, 403 where its scope is too small, 429 after many that were wrong. */
export function createAuthorize(access: Access, now: () => Date): Authorize {
  const failures = createRateLimit(failuresPerMinute, now, 'failed authentications')
  const writes: RateLimit | undefined =
    access.writesPerMinute === undefined ? undefined : createRateLimit(access.writesPerMinute, now, 'writes')

  return async (context, needed, { token, isProbe = false } = {}) => {
    const address = clientAddress(context, access)
    if (access.isReadOnly && needed !== 'read') {
      throw new HttpRefusal(403, 'read-only', 'This gateway only reads.', {
        hint: phrase`${command('serve')}   # without --read-only`,
      })
    }
    if (access.tokens === undefined) {
      if (needed !== 'read' && !isProbe) writes?.take(address)
      return undefined
    }
    const shown = token ?? shownToken(context)
    const found = await authenticate(shown, access, failures, address)
    context.set('actor', found.name)
    if (!includesScope(found.scope, needed)) {
      throw new HttpRefusal(
        403,
        'scope-too-small',
        `The token ${found.name} may ${found.scope}, not ${needed}.`,
        {
          hint: command('token create', ['NAME'], { '--scope': needed }),
        },
      )
    }
    if (needed !== 'read' && !isProbe) writes?.take(found.name)
    return { name: found.name, source: `token ${found.name}` }
  }
}

async function authenticate(
  shown: string | undefined,
  { tokens }: Access,
  failures: RateLimit,
  address: string,
): Promise<KeptToken> {
  failures.require(address)
  const found = shown === undefined ? undefined : findToken((await tokens?.()) ?? [], shown)
  if (found) return found
  if (shown !== undefined) failures.take(address)
  throw new HttpRefusal(
    401,
    shown === undefined ? 'token-missing' : 'token-unknown',
    shown === undefined ? 'A token is needed here.' : 'That token is not one of this gateway.',
    { hint: "-H 'Authorization: Bearer TOKEN'", headers: { 'WWW-Authenticate': 'Bearer realm="drover"' } },
  )
}

/** Of the header, else of the cookie that a page got for it. */
function shownToken({ req }: GatewayContext): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(req.header('Authorization') ?? '') ?? []
  if (bearer !== undefined) return bearer
  const [, cookie] = new RegExp(`(?:^|; *)${sessionCookie}=([\\w-]+)`).exec(req.header('Cookie') ?? '') ?? []
  return cookie
}
