import type { Command } from 'commander'
import { describeCommand } from '../commands/help/describe-program.ts'
import { commandGroups } from '../commands/index.ts'
import type { Context } from '../context.ts'
import { helpExamples } from './help-examples.ts'
import { environment } from './help-topics.ts'
import { createProgram } from './program.ts'

/** The program with every command loaded, and a `help` that prints what is known of them as JSON. */
export async function createHelpProgram(context: Context): Promise<Command> {
  const names = commandGroups.flatMap(({ commands }) => commands.map(({ name }) => name))
  const program = await createProgram(context, ['--help', ...names])
  const tables = { examples: helpExamples, groups: commandGroups, environment }
  const help = describeCommand(context, program, tables).copyInheritedSettings(program)
  return program.addCommand(help, { hidden: true })
}
