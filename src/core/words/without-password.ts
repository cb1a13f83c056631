import { readPostgresUrl } from './postgres-url.ts'

/**
 * After the host no `@` is meant: it is what is left of a password with a `/`, `?` or `#` in it, and whatever a parser takes
 * for the host, the database or the options then is a part of that password.
 */
export function isAmbiguousUrl(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*[/?#].*@/is.test(url)
}

/** A connection string that may be shown: a password is never part of a command to type, nor is what cannot be read. */
export function withoutPassword(url: string): string {
  if (isAmbiguousUrl(url) || !readPostgresUrl(url)) return 'postgres://USER@HOST/DATABASE'
  const [place = '', options] = url.split(/\?(.*)/s)
  const shown = place.replace(/^([a-z]+:\/\/[^:@/]*):[^/]*(?=@)/i, '$1')
  const kept = options?.split('&').filter((option) => !namesPassword(option))
  return kept && kept.length > 0 ? `${shown}?${kept.join('&')}` : shown
}

function namesPassword(option: string): boolean {
  return [...new URLSearchParams(option).keys()].some((key) => /password$/i.test(key))
}
