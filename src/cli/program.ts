import { Command, Option } from 'commander'
import { type CreateCommand, commandGroups } from '../commands/index.ts'
import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { createStyle } from '../render/style.ts'
import type { ColorMode } from '../terminal/terminal.ts'
import { exitCodesHelp } from './exit-codes-help.ts'

/** The command line: `drover` with every command that works, in help order, or with the one that `argv` names. */
export function createProgram(context: Context, argv: readonly string[]): Command {
  const { terminal } = context
  const program = new Command('drover')
    .description('Drive DBOS durable workflows from a terminal.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .summary('show help for a command; drover help exit-codes lists those')
        .helpGroup('Platform:'),
    )
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      // An error is said once, by run(), in the format that was asked for.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => Math.min(terminal.stdout.columns, 100),
      getOutHasColors: () => terminal.stdout.colorLevel > 0,
    })
    .configureHelp({
      styleTitle: (title) => createStyle(terminal.stdout.colorLevel).strong(title),
      subcommandTerm: (command) => [command.name(), usageOf(command)].join(' ').trim(),
      optionDescription: describeOption,
    })
    .hook('preAction', (_, action) => terminal.useColor(action.optsWithGlobals<{ color: ColorMode }>().color))
  for (const option of globalOptions()) program.addOption(option)
  program.optionsGroup('Options:')
  const isNeeded = isNeededBy(argv)
  for (const { title, commands } of commandGroups) {
    program.commandsGroup(title)
    for (const create of commands.filter(isNeeded)) program.addCommand(inheritAll(create(context), program))
  }
  return program
    .addCommand(exitCodesHelp(context, program), { hidden: true })
    .addHelpText('after', '\nA first look, with nothing installed: drover demo')
    .allowExcessArguments()
    .action(() => (program.args[0] === undefined ? program.help() : refuseUnknown(program, program.args[0])))
}

/** Settings are copied once, and a command may have commands of its own. */
function inheritAll(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inheritAll(child, command)
  return command
}

/** To create all of them takes milliseconds, which the one that is named first need not wait for. */
function isNeededBy([first = '']: readonly string[]): (create: CreateCommand) => boolean {
  if (first === '--version') return () => false
  const isNamed = (create: CreateCommand) => create.name === `${first}Command`
  const isKnown = commandGroups.some(({ commands }) => commands.some(isNamed))
  return isKnown ? isNamed : () => true
}

function refuseUnknown(program: Command, typed: string): never {
  const names = program.commands.map((command) => command.name())
  const meant = nearest(typed, names)
  throw new CliError('usage', `"${typed}" is not a command.`, {
    hint: meant ? `did you mean drover ${meant}?` : 'drover --help lists them',
  })
}

/** What is off unless it is asked for needs no word. */
function describeOption(option: Option): string {
  const { defaultValue, argChoices, description } = option
  const isPlain = defaultValue === undefined || defaultValue === false || Array.isArray(defaultValue)
  const notes = [
    argChoices?.join(', '),
    isPlain ? undefined : `default: ${option.defaultValueDescription ?? defaultValue}`,
  ].filter((note) => note !== undefined)
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description
}

function globalOptions(): readonly Option[] {
  return [
    new Option('--db-url <url>', 'the DBOS system database (else: drover config shows what is used)'),
    new Option('--schema <name>', 'schema of the DBOS system tables (default: dbos)'),
    new Option('--connect-timeout <duration>', 'give up connecting after this long (default: 5s)'),
    new Option(
      '--reconnect-timeout <time>',
      'give up a database that went away after this long (default: 5m)',
    ),
    new Option('--listen-url <url>', 'the same database without its pooler, for notifications'),
    new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'),
  ]
}

/** Arguments only: the options are in the command's own help. */
function usageOf(command: Command): string {
  return command.registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '…' : ''}`
      return argument.required ? `<${name}>` : `[${name}]`
    })
    .join(' ')
}
