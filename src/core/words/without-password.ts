/**
 * After the host no `@` is meant: it is what is left of a password with a `/`, `?` or `#` in it, and whatever a parser takes
 * for the host, the database or the options then is a part of that password.
 */
export function isAmbiguousUrl(url: string): boolean {
  return /^[a-z]+:\/\/[^/?#]*[/?#].*@/is.test(url)
}

/** A connection string that may be shown: a password is never part of a command to type. */
export function withoutPassword(url: string): string {
  if (isAmbiguousUrl(url)) return 'postgres://USER@HOST/DATABASE'
  return url
    .replace(/^([a-z]+:\/\/[^:@/?]*):[^/?#]*(?=@)/i, '$1')
    .replace(/([?&])(?:ssl)?password=[^&#]*&?/gi, '$1')
    .replace(/[?&]$/, '')
}
