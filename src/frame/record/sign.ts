import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { findActor } from '../../core/decide/find-actor.ts'
import type { Signature } from '../../core/record/signature.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { Settings } from '../../settings/settings.ts'
import { printNotice } from '../print-notice.ts'

/** Who acts, and why, for the record. */
export interface SignatureFlags {
  readonly as?: string
  readonly comment?: string
}

export function addSignatureOptions(command: Command): Command {
  return command
    .option('--as <name>', 'who does it, for the record (default: DROVER_ACTOR, else user and host)')
    .option('--comment <text>', 'why, for the record')
}

/** What this command line does is on record as done by whom it names; that nothing is recorded is said once. */
export function signatureOf(
  context: Context,
  { as, comment }: SignatureFlags,
  { audit }: Pick<Settings, 'audit'>,
): Signature {
  let isTold = false
  return {
    // To ask the system takes longer than a query. Nobody is asked for a name where a script only acts: CI without any is the user that it runs as.
    get actor() {
      return findActor(as, context.env, context.userAndHost, false)
    },
    comment: comment ?? null,
    recording: audit.value,
    onUnrecorded: (why) => {
      if (isTold) return
      isTold = true
      if (why.reason === 'read-only') {
        return printNotice(context, 'not recorded: nothing can be written through this connection')
      }
      const options = why.reason === 'may-not' ? { '--operator': why.role } : {}
      const cause = why.reason === 'outdated' ? 'the record was made by an older drover: ' : ''
      printNotice(context, phrase`not recorded: ${cause}${command('audit init', [], options)}`)
    },
  }
}
