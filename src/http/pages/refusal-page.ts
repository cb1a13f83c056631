import type { GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { type Page, pageResponse } from './page-layout.ts'
import { lookHeader } from './page-script.ts'

/**
 * A page in place of what was asked for. Browsers write each refusal into their console, whatever a script makes of it: one
 * that only looks again is shown what is right now, and nothing while the database is away.
 */
export function refusalPage(
  parts: Pick<GatewayParts, 'access' | 'store'>,
  { req }: Pick<GatewayContext, 'req'>,
  page: Page & { readonly status: number },
): Response {
  if (req.header(lookHeader) === undefined) return pageResponse(parts, page)
  if (page.status >= 500 || page.status === 429) return new Response(null, { status: 204 })
  return pageResponse(parts, { ...page, status: 200, headers: {} })
}
