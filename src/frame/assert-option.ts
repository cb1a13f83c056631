import type { Command } from 'commander'

/** The same on every command that prints a result. */
export function addAssertOption(command: Command): Command {
  return command.option(
    '--assert <expression>',
    "what must hold of the result, in JMESPath: \"status == 'completed'\", 'total > `10`' (exit 5); repeat it to ask for all of them",
    (expression: string, earlier: readonly string[]) => [...earlier, expression],
    [],
  )
}
