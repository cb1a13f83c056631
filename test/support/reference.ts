import type { Argument, Command, Option } from 'commander'
import { helpExamples } from '../../src/cli/help-examples.ts'
import { createProgram } from '../../src/cli/program.ts'
import { commandGroups } from '../../src/commands/index.ts'
import type { Context } from '../../src/context.ts'
import { exitCodes } from '../../src/core/exit-codes.ts'
import { createFakeTerminal } from './fake-terminal.ts'

interface ReferenceCommand {
  readonly words: string
  readonly usage: string
  readonly description: string
  readonly args: readonly (readonly [name: string, description: string])[]
  readonly options: readonly (readonly [flags: string, description: string])[]
  readonly examples: readonly string[]
  readonly page: string | undefined
}

export interface Reference {
  readonly options: ReferenceCommand['options']
  readonly groups: readonly { readonly title: string; readonly commands: readonly ReferenceCommand[] }[]
}

/** Every command and option, as the program itself has them. */
export async function readReference(): Promise<Reference> {
  const { terminal } = createFakeTerminal({})
  const names = commandGroups.flatMap(({ commands }) => commands.map(({ name }) => name))
  const program = await createProgram({ version: '0', terminal, env: {} } as Context, ['--help', ...names])
  const byName = new Map(program.commands.map((command) => [command.name(), command]))
  return {
    options: program.options.map(describeOption),
    groups: commandGroups.map(({ title, commands }) => ({
      title: title.replace(':', ''),
      commands: commands.flatMap(({ name }) => {
        const command = byName.get(name)
        return command ? withChildren(command, name) : []
      }),
    })),
  }
}

function withChildren(command: Command, words: string): ReferenceCommand[] {
  const { examples = [], page } = helpExamples[words] ?? {}
  const own = {
    ...{ words, examples, page, description: command.description() },
    usage: `drover ${words} ${command.usage()}`.trim(),
    args: command.registeredArguments.map(describeArgument),
    options: command.options.filter(({ hidden }) => !hidden).map(describeOption),
  }
  return [own, ...command.commands.flatMap((child) => withChildren(child, `${words} ${child.name()}`))]
}

function describeArgument(argument: Argument): readonly [string, string] {
  const choices = argument.argChoices ? ` (${argument.argChoices.join(', ')})` : ''
  return [argument.name(), `${argument.description}${choices}`]
}

function describeOption({ flags, description, argChoices, defaultValue }: Option): readonly [string, string] {
  const isTold = defaultValue !== undefined && defaultValue !== false && !Array.isArray(defaultValue)
  const notes = [argChoices?.join(', '), isTold ? `default: ${defaultValue}` : undefined].filter(Boolean)
  return [flags, notes.length > 0 ? `${description} (${notes.join('; ')})` : description]
}

export function toMarkdown({ options, groups }: Reference): string {
  return [
    '# Reference',
    '',
    'Made from the program; `npx vitest run --config test/vitest.config.ts test/cli/reference.test.ts -u` writes it again. [commands.md](commands.md) has each command in a line.',
    '',
    '## Every command',
    '',
    ...optionTable(options),
    ...groups.flatMap(({ title, commands }) => [`## ${title}`, '', ...commands.flatMap(commandSection)]),
  ]
    .join('\n')
    .replace(/\n+$/, '\n')
}

function commandSection({
  words,
  usage,
  description,
  args,
  options,
  examples,
  page,
}: ReferenceCommand): string[] {
  return [
    `### drover ${words}`,
    '',
    ...description.split('\n').map((line) => escapeMarkdown(line)),
    '',
    '```',
    usage,
    '```',
    '',
    ...optionTable([...args, ...options]),
    ...(examples.length > 0 ? ['```', ...examples.map((line) => `drover ${line}`), '```', ''] : []),
    ...(page === undefined ? [] : [`More: [${page}](${page})`, '']),
  ]
}

function optionTable(rows: ReferenceCommand['options']): string[] {
  if (rows.length === 0) return []
  const lines = rows.map(
    ([name, description]) => `| \`${name.replaceAll('|', '\\|')}\` | ${escapeMarkdown(description)} |`,
  )
  return ['| | |', '| --- | --- |', ...lines, '']
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[|<>*_]/g, (character) => `\\${character}`)
}

export function toManPage({ options, groups }: Reference): string {
  const codes = Object.values(exitCodes).map(({ code, when }) => [String(code), when] as const)
  return [
    '.TH DROVER 1 "" "drover" "User Commands"',
    '.SH NAME',
    'drover \\- drive DBOS durable workflows from a terminal',
    '.SH SYNOPSIS',
    '.B drover',
    '[\\fIoptions\\fR] \\fIcommand\\fR [\\fIarguments\\fR]',
    '.SH OPTIONS',
    ...options.flatMap(manItem),
    ...groups.flatMap(({ title, commands }) => [
      `.SH ${title.toUpperCase()}`,
      ...commands.flatMap(manCommand),
    ]),
    '.SH EXIT STATUS',
    ...codes.flatMap(manItem),
    '',
  ].join('\n')
}

function manCommand({ usage, description, args, options, examples }: ReferenceCommand): string[] {
  return [
    `.SS ${escapeRoff(usage)}`,
    ...description.split('\n').map(escapeRoff),
    ...[...args, ...options].flatMap(manItem),
    ...(examples.length > 0
      ? ['.PP', '.nf', ...examples.map((line) => escapeRoff(`drover ${line}`)), '.fi']
      : []),
  ]
}

function manItem([name, description]: readonly [string, string]): string[] {
  return ['.TP', `.B ${escapeRoff(name)}`, escapeRoff(description)]
}

/** Neither an escape nor a request of roff. */
function escapeRoff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}
