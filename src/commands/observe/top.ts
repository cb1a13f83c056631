import { Command } from 'commander'
import { createWorkflowsScreen } from '../../cockpit/screens/workflows-screen.ts'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { runCockpit } from '../../frame/cockpit/run-cockpit.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import { withStore } from '../../frame/with-store.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

export function topCommand(context: Context): Command {
  return new Command('top')
    .summary('see everything live on one screen, and act on it')
    .description(
      'Workflows, what waits for an answer, queues, workers and what is stuck, live on the whole screen.\nEnter goes in, Esc back, ? shows the keys, q leaves. What changes something asks first.',
    )
    .action((_, command: Command) => runTop(context, command.optsWithGlobals<DatabaseFlags>()))
}

async function runTop(context: Context, flags: DatabaseFlags): Promise<void> {
  const { stdinIsTerminal, stdout } = context.terminal
  if (!stdinIsTerminal || !stdout.canRedraw) {
    throw new CliError('no-terminal', 'Cannot take the whole screen: stdin or stdout is not a terminal.', {
      hint: phrase`${command('list')}   # lists workflows in a pipe`,
    })
  }
  await withStore(
    context,
    flags,
    async (store, settings) => {
      await runCockpit(context, store, settings, {
        purpose: { kind: 'top' },
        screen: createWorkflowsScreen(),
      })
    },
    { isFollowed: true },
  )
  const { signal } = context.interrupts
  if (signal.aborted && signal.reason !== 'SIGINT') context.exitWith(interruptCode(context))
}
