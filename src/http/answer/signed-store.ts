import type { Store } from '../../core/store.ts'
import type { GatewayContext, GatewayParts } from '../gateway-parts.ts'
import { actorOf } from './actor.ts'

/** The store for what this request changes. */
export function signedStore(parts: GatewayParts, context: GatewayContext): Store {
  return parts.store.as({
    actor: actorOf(context, parts, undefined),
    comment: null,
    recording: parts.isRecorded ? 'on' : 'off',
    onUnrecorded: () => {},
  })
}
