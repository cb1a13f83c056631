import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { exitCodes } from '../../core/exit-codes.ts'
import { command, otherCommand, phrase } from '../../core/words/command-line.ts'
import { nearest } from '../../core/words/nearest.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../../frame/output-format.ts'
import type { Help, HelpCommand } from '../../http/v1/help-shape.ts'
import { describedCommands } from '../../http/v1/output-schemas.ts'
import { describeOption, type Variable } from './describe-option.ts'
import { exitCodesOf } from './exit-codes-of.ts'

/** What help knows of commands beside the program itself. */
export interface HelpTables {
  /** By the words of a command. */
  readonly examples: Readonly<Record<string, { readonly examples: readonly string[]; readonly page: string }>>
  readonly groups: readonly {
    readonly title: string
    readonly commands: readonly { readonly name: string }[]
  }[]
  readonly environment: readonly Variable[]
}

/** `drover help --json`: every command of the whole `program`, or those below the words that are given, for who reads it by program. */
export function describeCommand(context: Context, program: Command, tables: HelpTables): Command {
  const help = new Command('help')
    .argument('[words...]')
    .action(async (words: readonly string[], flags: OutputFlags) => {
      const json = describe(context.version, program, words, tables)
      await printOne(context, flags, { json })
    })
  return addOutputOptions(help, ['json', 'jsonl'])
}

function describe(
  version: string,
  program: Command,
  words: readonly string[],
  { examples, groups, environment }: HelpTables,
): Help {
  const commands = groups.flatMap(({ title, commands: listed }) =>
    listed.flatMap(({ name }) =>
      program.commands
        .filter((one) => one.name() === name)
        .flatMap((one) => describeAll(one, name, title.replace(':', ''))),
    ),
  )
  const prefix = words.join(' ')
  const chosen = commands.filter((one) => words.length === 0 || `${one.command} `.startsWith(`${prefix} `))
  if (chosen.length === 0) throw unknown(prefix, commands)
  return {
    version,
    options: program.options.map((option) => describeOption(option, '', environment)),
    commands: chosen,
    exitCodes: Object.entries(exitCodes).map(([name, { code, when }]) => ({ code, name, when })),
    environment: environment.map(([name, meaning]) => ({ name, meaning })),
  }

  function describeAll(one: Command, name: string, group: string): HelpCommand[] {
    const children = one.commands.flatMap((child) => describeAll(child, `${name} ${child.name()}`, group))
    return [describeOne(one, name, group), ...children]
  }

  function describeOne(one: Command, name: string, group: string): HelpCommand {
    const { examples: lines = [], page } = examples[name] ?? {}
    const schema = describedCommands.find((described) => described === name)
    return {
      command: name,
      group,
      summary: one.summary(),
      description: one.description(),
      usage: `drover ${name} ${one.usage()}`.trim(),
      arguments: one.registeredArguments.map((argument) => ({
        name: argument.name(),
        description: argument.description,
        ...(argument.required && { required: true }),
        ...(argument.variadic && { repeatable: true }),
        ...(argument.argChoices && { choices: argument.argChoices }),
      })),
      options: one.options
        .filter(({ hidden }) => !hidden)
        .map((option) => describeOption(option, name, environment)),
      prints: {
        formats: [...formatsOf(one)],
        ...(schema !== undefined && { schema: `drover help schema ${schema}` }),
      },
      exitCodes: [...exitCodesOf(one, name)],
      examples: lines.map((line) => `drover ${line}`),
      ...(page !== undefined && { page: `docs/${page}` }),
    }
  }
}

/** Its own, or those of its group, whose commands print no list. */
function formatsOf({ options, parent }: Command): readonly string[] {
  const own = options.find(({ long }) => long === '--output')?.argChoices
  return own ?? (parent ? formatsOf(parent) : []).filter((format) => format !== 'csv')
}

function unknown(words: string, commands: readonly HelpCommand[]): CliError {
  const meant = nearest(
    words,
    commands.map((one) => one.command),
  )
  return new CliError('usage', `"${words}" is not a command.`, {
    hint:
      meant === undefined
        ? phrase`${command('', [], { '--help': true })}   # lists them`
        : phrase`did you mean ${otherCommand('drover help', meant.split(' '))} --json?`,
  })
}
