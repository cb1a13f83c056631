/** A connection string that may be shown: a password is never part of a command to type. */
export function withoutPassword(url: string): string {
  return url
    .replace(/^([a-z]+:\/\/[^:@/?]*):[^@/?]*(?=@)/i, '$1')
    .replace(/([?&])(?:ssl)?password=[^&#]*&?/gi, '$1')
    .replace(/[?&]$/, '')
}
