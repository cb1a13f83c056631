import { CliError } from '../errors.ts'
import { command, phrase } from '../words/command-line.ts'
import type { StoreChange } from './guard-store.ts'

/** A database by name, and how careful whoever uses it has to be: of `drover.config.json`, the project's or this user's. */
export interface Profile {
  readonly name: string
  /** What chose it: `--profile`, `DROVER_PROFILE`, `config use`. */
  readonly source: string
  /** It is named on this very command line: what nobody can be asked may go on. */
  readonly isTyped: boolean
  /** Postgres refuses what would change something. */
  readonly isReadOnly: boolean
  /** Nothing changes before somebody said so with its name. */
  readonly isProtected: boolean
}

/** Throws `read-only` for what a read-only profile is never asked to do. */
export function requireWritable(profile: Profile | null, change: Pick<StoreChange, 'what'>): void {
  if (!profile?.isReadOnly) return
  throw new CliError(
    'read-only',
    `${profile.name} is a read-only profile: nothing can be changed through it (${change.what}).`,
    { hint: phrase`${command('config profiles')}   # lists the others` },
  )
}

/** For who cannot be asked. Throws `no-terminal` where a protected profile was not named by whoever changes something. */
export function requirePermitted(profile: Profile, change: Pick<StoreChange, 'what'>): void {
  requireWritable(profile, change)
  if (!profile.isProtected || profile.isTyped) return
  throw new CliError('no-terminal', `${profile.name} is protected: ${change.what}?`, {
    hint: `name it: { profile: '${profile.name}' }, or --profile ${profile.name}`,
  })
}
