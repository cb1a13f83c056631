import { type Command, CommanderError } from 'commander'
import { createProgram } from '../../src/cli/program.ts'
import type { Context } from '../../src/context.ts'
import { createFakeTerminal } from './fake-terminal.ts'

export interface ParsedLine {
  /** Such as `queues set`. */
  readonly words: string
  readonly operands: readonly string[]
  /** As they were typed, in order; by their long form. */
  readonly options: readonly (readonly [flag: string, value: string | true])[]
}

export interface LineParser {
  /** What is understood, or what the program says of a line that it does not take. Help is asked for by `--help` alone. */
  parse(argv: readonly string[]): Promise<ParsedLine | string>
  /** False for an option that stands alone, and for one that is not known. */
  takesValue(flag: string): boolean
}

/** The real program, for a command such as `queues set`, that only tells what it understands. Values are left as typed. */
export async function createLineParser(words: string): Promise<LineParser> {
  const { terminal } = createFakeTerminal({})
  const program = await createProgram({ version: '0', terminal, env: {} } as Context, words.split(' '))
  let options: (readonly [string, string | true])[] = []
  const withValue = new Set<string>()
  let parsed: Omit<ParsedLine, 'options'> | undefined
  const understood = (): ParsedLine | string => (parsed ? { ...parsed, options } : 'nothing would act on it')
  const listen = (command: Command): void => {
    for (const option of command.options) {
      const flag = option.long ?? option.short ?? ''
      option.parseArg = undefined
      if (option.required) withValue.add(flag)
      command.on(`option:${option.name()}`, (value: string | null) => options.push([flag, value ?? true]))
    }
    for (const child of command.commands) listen(child)
    command.action((...given) => {
      const acting = given.at(-1) as Command
      parsed = { words: pathOf(acting), operands: acting.args }
    })
  }
  listen(program)
  return {
    takesValue: (flag) => withValue.has(flag),
    parse: async (argv) => {
      options = []
      parsed = undefined
      try {
        await program.parseAsync(argv, { from: 'user' })
      } catch (error) {
        const isHelp = error instanceof CommanderError && error.code === 'commander.helpDisplayed'
        return isHelp ? { words, operands: [], options: [['--help', true], ...options] } : String(error)
      }
      return understood()
    },
  }
}

function pathOf(command: Command): string {
  const { parent } = command
  return parent?.parent ? `${pathOf(parent)} ${command.name()}` : command.name()
}
