import type { Actor } from '../../core/decide/decision.ts'
import type { GatewayContext, GatewayParts } from '../gateway-parts.ts'

/** Who answers: whom a token or a link names, else who it says it is, else who runs the gateway. */
export function actorOf(
  context: GatewayContext,
  { env, userAndHost }: Pick<GatewayParts, 'env' | 'userAndHost'>,
  claimed: string | undefined,
): Actor {
  const authenticated = context.get('authenticated')
  if (authenticated) return authenticated
  if (claimed) return { name: claimed, source: 'gateway' }
  if (env.DROVER_ACTOR) return { name: env.DROVER_ACTOR, source: 'DROVER_ACTOR' }
  return { name: userAndHost, source: 'operating system' }
}
