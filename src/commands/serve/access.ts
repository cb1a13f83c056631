import path from 'node:path'
import type { Context } from '../../context.ts'
import type { DatabaseIdentity } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { parseWebUrl } from '../../core/links/public-url.ts'
import { command } from '../../core/words/command-line.ts'
import { type KeptToken, parseTokens } from '../../http/auth/tokens.ts'
import type { Access } from '../../http/gateway-parts.ts'
import { isLoopback } from '../../http/guard/allowed-hosts.ts'

export interface AccessFlags {
  readonly host: string
  readonly publicUrl?: string
  readonly readOnly: boolean
  readonly tokenFile?: string
  readonly allowOrigin?: readonly string[]
  readonly insecure: boolean
  readonly trustedProxy?: string
  readonly rateLimit?: number
}

/** Where tokens are kept unless `--token-file` says otherwise. */
export function tokenFileOf(
  { home, cwd }: Pick<Context, 'home' | 'cwd'>,
  { tokenFile }: Pick<AccessFlags, 'tokenFile'>,
): string {
  return tokenFile === undefined ? path.join(home, 'tokens.json') : path.resolve(cwd, tokenFile)
}

/** Who reaches it, by where it listens. Throws `usage` for an address that is none. */
export function readAccess({ env }: Pick<Context, 'env'>, flags: AccessFlags): Omit<Access, 'tokens'> {
  const named = flags.publicUrl ?? (env.DROVER_PUBLIC_URL || undefined)
  const publicUrl = named === undefined ? undefined : parseWebUrl(named, '--public-url')
  return {
    host: flags.host,
    publicUrl: publicUrl?.href.replace(/\/$/, ''),
    origins: (flags.allowOrigin ?? []).map((origin) => parseWebUrl(origin, '--allow-origin').origin),
    trustedProxy: flags.trustedProxy,
    writesPerMinute: flags.rateLimit,
    isReadOnly: flags.readOnly,
  }
}

/**
 * Everybody may only where just this machine reaches drover's own database; else tokens say who. Throws `usage` where there is
 * none, and where what is sent could be read on its way.
 */
export async function withTokens(
  context: Context,
  access: Omit<Access, 'tokens'>,
  flags: AccessFlags,
  { own, label }: DatabaseIdentity,
): Promise<Access> {
  const { host, publicUrl } = access
  const isLocal = isLoopback(host) && (publicUrl === undefined || isLoopback(new URL(publicUrl).hostname))
  const isHttps = publicUrl?.startsWith('https:') ?? false
  if (!isLocal && !isHttps && !flags.insecure) {
    throw new CliError('usage', 'What others send here could be read on its way: there is no https.', {
      hint: 'name the proxy that has it with --public-url https://…, or say --insecure',
    })
  }
  if (isLocal && own && flags.tokenFile === undefined) return { ...access, tokens: undefined }
  const file = tokenFileOf(context, flags)
  const tokens = createTokenReader(context, file)
  if ((await tokens()).length > 0) return { ...access, tokens }
  const why = own ? 'Others can reach this gateway' : `drover did not create ${label}`
  throw new CliError('usage', `${why}, and there is no token in ${file}.`, {
    hint: command('token create', ['NAME'], { '--scope': 'answer', '--token-file': flags.tokenFile }),
  })
}

const rereadAfterMs = 1000

/** The tokens of a file, read again after a second, so that one that is revoked ends. */
function createTokenReader(context: Context, file: string): () => Promise<readonly KeptToken[]> {
  let read: Promise<readonly KeptToken[]> | undefined
  let readAtMs = 0
  return () => {
    const nowMs = context.now().getTime()
    if (read && nowMs - readAtMs < rereadAfterMs) return read
    readAtMs = nowMs
    read = context.readFile(file).then((text) => parseTokens(text, file))
    return read
  }
}
