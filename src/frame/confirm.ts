import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { escapeName } from '../core/words/escape-controls.ts'

/** Asks before what cannot be undone; throws `no-terminal` where nobody can be asked, `interrupted` on a no. */
export async function confirm({ terminal }: Context, question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!terminal.stdinIsTerminal || terminal.isCI) {
    throw new CliError('no-terminal', `${cannotAsk(terminal)}: ${question}`, { hint: 'add --yes' })
  }
  if (!(await terminal.confirm(escapeName(question)))) throw new CliError('interrupted', 'Nothing was done.')
}

/** Why there is nobody to ask; the beginning of a sentence. */
export function cannotAsk({ isCI }: Pick<Context['terminal'], 'isCI'>): string {
  return isCI ? 'Cannot ask for confirmation in CI' : 'Cannot ask for confirmation without a terminal'
}
