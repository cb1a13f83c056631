import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { otherCommand, phrase } from '../../core/words/command-line.ts'
import { nearest } from '../../core/words/nearest.ts'
import { describedCommands, outputSchema } from '../../http/v1/output-schemas.ts'
import { toJsonText } from '../../render/to-json.ts'

/** `drover help schema list`: the shape of what a command prints, for who reads it by program. */
export function schemaCommand({ terminal }: Context): Command {
  const about = `drover help schema COMMAND prints the JSON schema of its -o json:\n${describedCommands.join(', ')}\n`
  return new Command('schema')
    .summary('print the JSON schema of what a command prints')
    .argument('[command]')
    .helpOption(false)
    .configureHelp({ formatHelp: () => about })
    .action(async (name: string | undefined) => {
      if (name === undefined) return terminal.stdout.write(about)
      const described = describedCommands.find((one) => one === name)
      if (described) return terminal.print(toJsonText(outputSchema(described)))
      const meant = nearest(name, describedCommands) ?? 'list'
      throw new CliError('usage', `There is no schema of "${name}".`, {
        hint: phrase`${otherCommand('drover help schema', [meant])}   # of ${describedCommands.join(', ')}`,
      })
    })
}
