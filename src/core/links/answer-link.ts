import { createHash } from 'node:crypto'
import type { DatabaseIdentity } from '../database.ts'
import { waitId } from '../decide/wait-id.ts'
import type { Wait } from '../workflow.ts'
import type { LinkKeys } from './link-keys.ts'

/** What a link says: which wait it answers, and as whom. */
export interface LinkContent {
  readonly waitId: string
  /** Of the wait as it was opened: one that was rewound has another. */
  readonly key: string
  readonly actor: string
}

export interface LinkRequest {
  readonly wait: Wait
  readonly actor: string
  readonly database: DatabaseIdentity
  readonly publicUrl: string
  readonly now: Date
  /** How long it is good, at most until the deadline of the wait. */
  readonly forMs: number
}

const scope = 'answer'

/** A URL that answers this one wait, and nothing else, in the name of `actor`. */
export async function createLink(
  { wait, actor, database, publicUrl, now, forMs }: LinkRequest,
  [key]: LinkKeys,
): Promise<string> {
  const { SignJWT } = await import('jose')
  const endMs = Math.min(now.getTime() + forMs, wait.until?.getTime() ?? Number.POSITIVE_INFINITY)
  const token = await new SignJWT({ key: openingKey(wait), act: actor, scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(waitId(wait))
    .setAudience(fingerprintOf(database))
    .setIssuedAt(Math.floor(now.getTime() / 1000))
    .setExpirationTime(Math.floor(endMs / 1000))
    .sign(key)
  return `${publicUrl.replace(/\/$/, '')}/a/${token}`
}

/** `expired` for one that was good; undefined for what was never made here. */
export async function readLink(
  token: string,
  {
    keys,
    database,
    now,
  }: { readonly keys: LinkKeys; readonly database: DatabaseIdentity; readonly now: Date },
): Promise<LinkContent | 'expired' | undefined> {
  const { jwtVerify, errors } = await import('jose')
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: ['HS256'],
        audience: fingerprintOf(database),
        currentDate: now,
        requiredClaims: ['exp', 'sub'],
      })
      const { sub, key: opening, act, scope: granted } = payload
      if (typeof sub !== 'string' || typeof opening !== 'string' || typeof act !== 'string') return undefined
      return granted === scope ? { waitId: sub, key: opening, actor: act } : undefined
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired'
    }
  }
  return undefined
}

/** What is another one once the workflow was rewound, and waits anew. */
export function openingKey({ workflowId, step, topic, since }: Wait): string {
  return JSON.stringify([workflowId, step, topic ?? null, since.getTime()])
}

/** The same from every machine, by whatever name that knows the server. */
function fingerprintOf({ label, schema }: DatabaseIdentity): string {
  const name = label.split(/[/ ]/).at(-1) ?? label
  return createHash('sha256').update(`${name}\n${schema}`).digest('base64url').slice(0, 22)
}
