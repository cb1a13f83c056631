import type { Command } from 'commander'
import { createWorkflowsScreen } from '../../cockpit/screens/workflows-screen.ts'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command as commandLine } from '../../core/words/command-line.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { withStore } from '../with-store.ts'
import { runCockpit } from './run-cockpit.ts'

/** Keys come from stdin, and the picture goes to where the command prints. */
export function canPick({ terminal }: Pick<Context, 'terminal'>): boolean {
  return terminal.stdinIsTerminal && terminal.stdout.canRedraw
}

/** The ids that were typed; without one somebody at a terminal picks a workflow, and elsewhere it is the slip that it always was. */
export async function orPicked(
  context: Context,
  command: Command,
  typed: readonly string[],
): Promise<readonly string[]> {
  if (typed.length > 0) return typed
  if (!canPick(context))
    command.error("error: missing required argument 'id'", { code: 'commander.missingArgument' })
  return [await pickWorkflow(context, command)]
}

/** The id of a workflow that somebody picked for this command. Throws `interrupted` when they left without. */
export async function pickWorkflow(context: Context, command: Command, changes = false): Promise<string> {
  const verb = command.name()
  const chosen = await withStore(
    context,
    command.optsWithGlobals<DatabaseFlags>(),
    (store, settings) =>
      runCockpit(context, store, settings, {
        purpose: { kind: 'pick', verb, changes },
        screen: createWorkflowsScreen('all', undefined, true),
      }),
    { isFollowed: true },
  )
  if (chosen !== undefined) return chosen
  throw new CliError('interrupted', 'No workflow was chosen.', { hint: commandLine('list') })
}
