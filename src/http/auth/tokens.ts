import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { type Scope, scopes } from './scope.ts'

/** A token as it is kept: what it is, and nothing by which somebody could use it. */
export interface KeptToken {
  readonly name: string
  readonly scope: Scope
  /** Of the token, in hexadecimal digits. */
  readonly sha256: string
  readonly createdAt: string
}

const fileSchema = v.object({
  tokens: v.array(
    v.object({
      name: v.string(),
      scope: v.picklist(scopes),
      sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      createdAt: v.string(),
    }),
  ),
})

/** Throws `invalid-configuration` for a file that is not one of tokens. */
export function parseTokens(text: string | undefined, file: string): readonly KeptToken[] {
  if (text === undefined) return []
  try {
    return v.parse(fileSchema, JSON.parse(text)).tokens
  } catch (cause) {
    throw new CliError('invalid-configuration', `${file} is not a file of tokens.`, {
      hint: phrase`${command('token create', ['NAME'], { '--scope': 'SCOPE' })}   # after moving it away`,
      cause,
    })
  }
}

export function tokensText(tokens: readonly KeptToken[]): string {
  return `${JSON.stringify({ tokens }, null, 2)}\n`
}

/** A new token: 256 random bits, and what is kept of it. */
export function createToken(
  name: string,
  scope: Scope,
  at: Date,
): { readonly token: string; readonly kept: KeptToken } {
  const token = `drover_${randomBytes(32).toString('base64url')}`
  return { token, kept: { name, scope, sha256: hashOf(token).toString('hex'), createdAt: at.toISOString() } }
}

/**
 * The one that was shown. Whatever that is, its hash is compared with each of theirs, over all of its bytes: the time it takes
 * tells neither how much of it was right nor which one it is.
 */
export function findToken(
  tokens: readonly KeptToken[],
  shown: string,
  isEqual: (kept: Buffer, shown: Buffer) => boolean = timingSafeEqual,
): KeptToken | undefined {
  const hash = hashOf(shown)
  let found: KeptToken | undefined
  for (const kept of tokens) {
    if (isEqual(Buffer.from(kept.sha256, 'hex'), hash)) found = kept
  }
  return found
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
