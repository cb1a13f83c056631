import { planStart, type StartWish } from '../core/run/plan-start.ts'
import { startOrAttach } from '../core/run/start-or-attach.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Starts as `drover start` does, or attaches to what is the same call. */
export async function startPlanned(
  { store, env, application }: Pick<GatewayParts, 'store' | 'env' | 'application'>,
  wish: StartWish,
  ifExists: 'reject' | 'attach' = 'reject',
): ReturnType<typeof startOrAttach> {
  const { request } = await planStart({ store, env, application }, wish)
  return startOrAttach(store, request, ifExists)
}
