import { Argument, Command } from 'commander'
import type { Context } from '../../context.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { type PartName, parts } from './parts.ts'
import { runTour } from './tour.ts'

interface DemoFlags extends DatabaseFlags {
  readonly auto: boolean
}

export function demoCommand(context: Context): Command {
  return new Command('demo')
    .summary('see what durable workflows do, with nothing installed')
    .description(
      'A guided tour on real workflows in a real Postgres: progress events, an approval, a stream, and a crash in which nothing is lost. One part of it, or all four.',
    )
    .addArgument(new Argument('[part]', 'only this part').choices(Object.keys(parts)))
    .option('--auto', 'answer the approvals by itself, as it does off a terminal', false)
    .action((part: PartName | undefined, _, command: Command) =>
      runDemo(context, part, command.optsWithGlobals<DemoFlags>()),
    )
}

async function runDemo(context: Context, part: PartName | undefined, flags: DemoFlags): Promise<void> {
  const { terminal } = context
  const isAuto = flags.auto || terminal.isCI || !terminal.stdinIsTerminal || !terminal.stdout.isTerminal
  await runTour(context, flags, part ? [parts[part]] : Object.values(parts), isAuto)
}
