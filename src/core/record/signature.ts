import type { Actor } from '../decide/decision.ts'

/** Who does what a store is asked to do, and whether that goes on record. */
export interface Signature {
  readonly actor: Actor
  readonly comment: string | null
  /** `required`: what cannot be recorded is not done, and throws `no-record`. */
  readonly recording: 'off' | 'on' | 'required'
  /** Of something that is done and not recorded. May be called again. */
  readonly onUnrecorded: (why: Unrecorded) => void
}

/**
 * Why nothing is put on record: there is none, it was made before there was such an action, nothing can be written through this
 * connection, or this role may not write there.
 */
export type Unrecorded =
  | { readonly reason: 'no-record' | 'outdated' | 'read-only' }
  | { readonly reason: 'may-not'; readonly role: string }
