import type { Command, CommanderError } from 'commander'
import { CliError } from '../core/errors.ts'
import { asText, command as line, type Phrase, phrase, renderArguments } from '../core/words/command-line.ts'
import { nearest } from '../core/words/nearest.ts'

/** What Commander says of a command line, as a sentence and a line to type that runs. */
export function toUsageError(
  error: CommanderError,
  argv: readonly string[],
  program: Command | undefined,
): CliError {
  const [first = '', second = ''] = argv
  if (error.code === 'commander.help' && first === 'help') {
    return usage(`"${second}" is not a command.`, phrase`${line('', [], { '--help': true })}   # lists them`)
  }
  const command = program?.commands.find((one) => one.name() === program.args[0])
  if (!command) return usage(sentenceOf(error), optionsOf([], error))
  const group = command.commands.length > 0 ? toGroupError(error, command) : undefined
  const called = command.commands.find((one) => one.name() === command.args[0])
  return group ?? repetitionOf(error, argv) ?? usage(sentenceOf(error), adviceFor(error, command, called))
}

function usage(sentence: string, hint: Phrase): CliError {
  return new CliError('usage', sentence, { hint })
}

/** `drover queues st`, and a group without its command. */
function toGroupError(error: CommanderError, group: Command): CliError | undefined {
  const names = group.commands.map((one) => one.name())
  const has = phrase`${line(group.name(), [], { '--help': true })}   # it has ${names.join(', ')}`
  if (error.code === 'commander.help') return usage(`drover ${group.name()} needs one of its commands.`, has)
  const [typed = ''] = group.args
  const isUnknown = ['commander.excessArguments', 'commander.unknownCommand'].includes(error.code)
  if (!isUnknown || names.includes(typed)) return undefined
  const meant = nearest(typed, names)
  return usage(
    `"${typed}" is not a command of drover ${group.name()}.`,
    meant === undefined
      ? has
      : phrase`did you mean ${line(`${group.name()} ${meant}`)}? It has ${names.join(', ')}`,
  )
}

/** `--status A B`: the second value is one too many, for no option takes two. */
function repetitionOf(error: CommanderError, argv: readonly string[]): CliError | undefined {
  const index = argv.findIndex(
    (word, at) => word.startsWith('--') && [1, 2].every((next) => /^[^-]/.test(argv[at + next] ?? '')),
  )
  if (error.code !== 'commander.excessArguments' || index < 0) return undefined
  const [option, ...values] = argv.slice(index, index + 3)
  const repeated = renderArguments([], { [option as `-${string}`]: values })
  return usage(sentenceOf(error), phrase`an option takes one value, and may be repeated: ${asText(repeated)}`)
}

function adviceFor(error: CommanderError, command: Command, called: Command | undefined): Phrase {
  const words = called ? [command.name(), called.name()] : [command.name()]
  const lacks = ['commander.missingArgument', 'commander.missingMandatoryOptionValue'].includes(error.code)
  const typed = (called ?? command).args
  return (lacks ? firstUse(words.join(' '), typed) : undefined) ?? optionsOf(words, error)
}

/** A line that does something, for a command that was typed without what it needs. */
function firstUse(words: string, typed: readonly string[]): Phrase | undefined {
  const [id = '@last'] = typed
  switch (words) {
    case 'run':
      return line('run', ['approvalWorkflow', '3'], { '--app': 'drover:demo' })
    case 'start':
      return phrase`${line('list', [], { '--count-by': 'name' })}   # names that ran before`
    case 'fork':
    case 'rewind':
      return line(words, [id], { '--from': 'failed' })
    case 'send':
      return phrase`${line('send', [id, 'true'], { '--topic': 'TOPIC' })}   # ${line('inbox')} shows who waits, and on which topic`
    case 'diff':
      return phrase`${line('get', [id])}   # names its copies; diff takes two ids`
    case 'approve':
    case 'reject':
      return phrase`${line('inbox')}   # what waits for an answer`
    case 'token create':
      return line('token create', ['NAME'])
    case 'token revoke':
      return line('token list')
  }
  const [name = '', verb] = words.split(' ')
  if (verb !== undefined) return phrase`${line(name)}   # lists them`
  return phrase`${line(words, ['@last'])}   # ${line('list')} shows ids`
}

function optionsOf(words: readonly string[], { message }: CommanderError): Phrase {
  const help = line(words.join(' '), [], { '--help': true })
  const meant = /Did you mean (?:one of )?(.*)\?/.exec(message.split('\n')[1] ?? '')?.[1]
  return meant ? phrase`did you mean ${meant}? ${help}` : phrase`${help}   # how it is used`
}

/** Commander says `error: unknown option '--x'`, and on a second line what was probably meant. */
function sentenceOf({ message }: CommanderError): string {
  const [first = ''] = message.replace(/^error: /, '').split('\n')
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}
