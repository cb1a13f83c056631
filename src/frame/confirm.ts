import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import type { StoreChange } from '../core/profile/guard-store.ts'
import { requireWritable } from '../core/profile/profile.ts'
import { escapeName } from '../core/words/escape-controls.ts'
import { cannotAsk, consentHint, type LentStore } from './profile/change-guard.ts'

interface Confirmation extends Omit<StoreChange, 'isOne'> {
  readonly question: string
}

/**
 * Asks before what cannot be undone, and where the profile is protected by its name. Throws `no-terminal` where nobody can
 * be asked, `interrupted` on a no.
 */
export async function confirm(
  { terminal }: Context,
  { guard }: Pick<LentStore, 'guard'>,
  { what, question }: Confirmation,
  yes: boolean,
): Promise<void> {
  requireWritable(guard?.profile ?? null, { what })
  if (!yes && (!terminal.stdinIsTerminal || terminal.isCI)) {
    throw new CliError('no-terminal', `${cannotAsk(terminal)}: ${question}`, { hint: consentHint(guard) })
  }
  await guard?.permit({ what, question, isOne: false })
  if (yes || guard?.profile.isProtected) return
  if (!(await terminal.confirm(escapeName(question)))) throw new CliError('interrupted', 'Nothing was done.')
}
