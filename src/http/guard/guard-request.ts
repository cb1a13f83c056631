import { command, phrase } from '../../core/words/command-line.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { Access, GatewayContext } from '../gateway-parts.ts'
import { isOwnHost } from './allowed-hosts.ts'

/** Throws 421 for a host that is not this gateway, 403 for the page of somebody else. */
export function guardRequest(context: GatewayContext, access: Access): void {
  const { req } = context
  if (!isOwnHost(req.header('Host') ?? new URL(req.url).host, access)) {
    throw new HttpRefusal(421, 'foreign-host', 'This gateway is not known under that host.', {
      hint: phrase`${command('serve', [], { '--public-url': 'URL' })}   # names how others reach it`,
    })
  }
  if (isForeignPage(context, access)) {
    throw new HttpRefusal(403, 'foreign-origin', 'Pages of other origins may not call this gateway.', {
      hint: command('serve', [], { '--allow-origin': 'ORIGIN' }),
    })
  }
}

/** What a browser says of the page that calls; who is no browser says nothing. */
function isForeignPage(context: GatewayContext, access: Access): boolean {
  const { req } = context
  const site = req.header('Sec-Fetch-Site')
  const origin = req.header('Origin')
  if (origin !== undefined && origin !== 'null') return !isOwnOrigin(origin, context, access)
  // Without a referrer a browser hides its origin even from itself.
  if (origin === 'null') return site !== 'same-origin'
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  return !isFollowedLink(context)
}

/** A link in a mail opens a page; it cannot read it, nor change anything by it. */
function isFollowedLink({ req }: GatewayContext): boolean {
  const isReading = req.method === 'GET' || req.method === 'HEAD'
  return (
    isReading && req.header('Sec-Fetch-Mode') === 'navigate' && req.header('Sec-Fetch-Dest') === 'document'
  )
}

/** Whether a browser says that a page of this gateway sent it: what says nothing is not enough. */
export function isOwnPage(context: GatewayContext, access: Access): boolean {
  const { req } = context
  const origin = req.header('Origin')
  if (origin !== undefined && origin !== 'null') return isOwnOrigin(origin, context, access)
  return req.header('Sec-Fetch-Site') === 'same-origin'
}

function isOwnOrigin(origin: string, { req }: GatewayContext, { publicUrl, origins }: Access): boolean {
  if (origins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const { host, protocol } = new URL(origin)
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true
  return protocol === 'http:' && host === (req.header('Host') ?? new URL(req.url).host).toLowerCase()
}
