import { isIP } from 'node:net'
import { isThisMachine } from '../../core/words/postgres-url.ts'
import type { Access } from '../gateway-parts.ts'

export function isLoopback(host: string): boolean {
  return isThisMachine(withoutBrackets(host))
}

/**
 * Whether a `Host` header names this gateway. A name that somebody else's DNS points here is refused: a page under that
 * name would otherwise be of the same origin.
 */
export function isOwnHost(header: string | undefined, { host, publicUrl }: Access): boolean {
  if (header === undefined) return false
  const name = nameOf(header)
  if (name === undefined) return false
  if (isLoopback(name)) return true
  if (publicUrl !== undefined && header.toLowerCase() === new URL(publicUrl).host) return true
  // Where it listens for others, an address is safe: DNS rebinding needs a name.
  return !isLoopback(host) && (name === withoutBrackets(host.toLowerCase()) || isIP(name) !== 0)
}

/** Without the port; undefined for what is no host. */
function nameOf(header: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(header) ?? []
  return name === undefined ? undefined : withoutBrackets(name.toLowerCase())
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
