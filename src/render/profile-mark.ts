import type { Profile } from '../core/profile/profile.ts'
import type { Style } from './style.ts'

/** `[prod]`, `[prod, read-only]`: what every question begins with where a profile chose the database. */
export function profileMark(
  profile: Pick<Profile, 'name' | 'isReadOnly' | 'isProtected'>,
  style: Style,
): string {
  const { name, isReadOnly, isProtected } = profile
  const text = `[${name}${isReadOnly ? ', read-only' : ''}]`
  if (isReadOnly) return style.accent(text)
  return isProtected ? style.bad(text) : style.warning(text)
}
