import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Permit, StoreChange } from '../../core/profile/guard-store.ts'
import { type Profile, requireWritable } from '../../core/profile/profile.ts'
import type { Store } from '../../core/store.ts'
import { escapeName } from '../../core/words/escape-controls.ts'
import type { Terminal } from '../../terminal/terminal.ts'

/** What stands between a command and the database of a profile. */
export interface ChangeGuard {
  readonly profile: Profile
  /** Asks once for each change, and once for all after the name was typed. Throws `read-only`, `no-terminal`, `interrupted`. */
  readonly permit: Permit
  /** Somebody said yes to one change elsewhere, with the profile in sight: it is not asked again. */
  allowOne(): void
}

/** A store as a command gets it: where a profile chose it, what changes something goes by its guard. */
export interface LentStore extends Store {
  readonly guard?: ChangeGuard
}

/** Why there is nobody to ask; the beginning of a sentence. */
export function cannotAsk({ isCI }: Pick<Terminal, 'isCI'>): string {
  return isCI ? 'Cannot ask for confirmation in CI' : 'Cannot ask for confirmation without a terminal'
}

/** What says yes where nobody can be asked. */
export function consentHint(guard: ChangeGuard | undefined): string {
  const { isProtected = false, isTyped = false, name = '' } = guard?.profile ?? {}
  return isProtected && !isTyped ? `add --yes and --profile ${name}` : 'add --yes'
}

export function createChangeGuard(context: Context, profile: Profile, label: string): ChangeGuard {
  const permitted = new Set<string>()
  let isReleased = false
  let isOneAllowed = false
  return {
    profile,
    permit: async (change) => {
      requireWritable(profile, change)
      if (!profile.isProtected || isReleased || permitted.has(change.what)) return
      if (!(change.isOne && isOneAllowed)) await ask(context, profile, change, label)
      isOneAllowed = false
      permitted.add(change.what)
      if (!change.isOne) isReleased = true
    },
    allowOne: () => {
      isOneAllowed = true
    },
  }
}

async function ask(
  { terminal, interrupts }: Context,
  { name, isTyped }: Profile,
  change: StoreChange,
  label: string,
): Promise<void> {
  const { what, isOne, question = `${what} in ${label}?` } = change
  const isAsked = terminal.stdinIsTerminal && terminal.stderr.isTerminal && !terminal.isCI
  if (!isAsked) {
    if (isTyped) return
    throw new CliError('no-terminal', `${cannotAsk(terminal)}, and ${name} is protected: ${what}?`, {
      hint: `add --profile ${name}: where nobody can be asked, it has to be said`,
    })
  }
  const { signal } = interrupts
  if (isOne) {
    if (await terminal.confirm(escapeName(question), { signal })) return
    throw new CliError('interrupted', 'Nothing was done.')
  }
  const typed = await terminal.ask(`${escapeName(question)} Type ${name} to do it.`, { signal })
  if (typed?.trim() === name) return
  const problem = typed === undefined || typed.trim() === '' ? '' : `That is not "${name}". `
  throw new CliError('interrupted', `${problem}Nothing was done.`)
}
