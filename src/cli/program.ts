import { Command, Option } from 'commander'
import { commandGroups } from '../commands/index.ts'
import type { ListedCommand } from '../commands/listed-command.ts'
import type { Context } from '../context.ts'
import type { ColorLevel, ColorMode } from '../terminal/terminal.ts'
import { firstSteps, requireEdition } from './edition.ts'
import { schemaTopic, topicNames } from './topic-names.ts'

/** The command line: `drover` with every command that works, in help order. Loads those that `argv` names. */
export async function createProgram(context: Context, argv: readonly string[]): Promise<Command> {
  const { terminal } = context
  const program = new Command('drover')
    .description('Drive DBOS durable workflows from a terminal.')
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .summary('help for a command, or exit-codes, environment, formats, conditions, schema; or --json')
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
      styleTitle: await titleStyle(terminal.stdout.colorLevel),
      subcommandTerm: (command) => [command.name(), usageOf(command)].join(' ').trim(),
      optionDescription: describeOption,
    })
    .hook('preAction', (_, action) => {
      terminal.useColor(action.optsWithGlobals<{ color: ColorMode }>().color)
      requireEdition(context, action)
    })
  for (const option of globalOptions()) program.addOption(option)
  program.optionsGroup('Options:')
  const isListed = commandGroups.some(({ commands }) => commands.some(({ name }) => name === argv[0]))
  for (const { title, commands } of commandGroups) {
    program.commandsGroup(title)
    for (const listed of commands) {
      // Whoever names a command first hears nothing of the others.
      if (isListed && listed.name !== argv[0]) continue
      if (!argv.includes(listed.name)) program.addCommand(outlineOf(listed))
      else program.addCommand(await loadWhole(context, listed, program, argv))
    }
  }
  if (['help', ...topicNames].includes(argv[0] ?? '')) {
    const { topicCommands } = await import('./help-topics.ts')
    for (const topic of topicCommands(context, program)) program.addCommand(topic, { hidden: true })
  }
  if (argv[0] === 'help' || argv[0] === schemaTopic) {
    const { schemaCommand } = await import('../commands/help/output-schema.ts')
    program.addCommand(schemaCommand(context).copyInheritedSettings(program), { hidden: true })
  }
  return program
    .addHelpText('after', `\n${firstSteps(context)}`)
    .allowExcessArguments()
    .action(async () => {
      const [typed, ...operands] = program.args
      if (typed === undefined) return program.help()
      const { unknownCommand } = await import('./unknown-command.ts')
      throw unknownCommand(program, typed, operands)
    })
}

/** Colours are loaded where there are any. */
async function titleStyle(level: ColorLevel): Promise<(title: string) => string> {
  if (level === 0) return (title) => title
  const { createStyle } = await import('../render/style.ts')
  return createStyle(level).strong
}

/** Examples are for who asks for help. */
async function loadWhole(
  context: Context,
  listed: ListedCommand,
  program: Command,
  argv: readonly string[],
): Promise<Command> {
  const command = inheritAll((await listed.load())(context), program)
  if (['--help', '-h', 'help'].some((word) => argv.includes(word))) {
    const { addExamples } = await import('./help-examples.ts')
    addExamples(command)
  }
  return command
}

/** Settings are copied once, and a command may have commands of its own. */
function inheritAll(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inheritAll(child, command)
  return command
}

/** What help says of a command; one that can be meant is among the words of `argv`, and loaded whole. */
function outlineOf({ name, usage, summary }: ListedCommand): Command {
  const command = new Command(name).summary(summary)
  return usage === '' ? command : command.arguments(usage)
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
    new Option(
      '--database <name>',
      'a database of the embedded Postgres (default: drover); not with --db-url',
    ),
    new Option('--local', 'the embedded Postgres, whatever is configured'),
    new Option('--profile <name>', 'the database of this profile (drover config profiles lists them)'),
    new Option('--schema <name>', 'schema of the DBOS system tables (default: dbos)'),
    new Option('--connect-timeout <duration>', 'give up connecting after this long (default: 5s)'),
    new Option(
      '--reconnect-timeout <time>',
      'give up a database that went away after this long (default: 5m)',
    ),
    new Option('--listen-url <url>', 'the same database without its pooler, for notifications'),
    new Option('--query <expression>', 'print what this JMESPath finds in the JSON, such as [].workflowId'),
    new Option('-r, --raw-string', 'print a string that it finds without quotes'),
    new Option('-q, --quiet', 'print nothing on stderr but errors'),
    new Option('--no-prompt', 'ask nothing, as without a terminal'),
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
