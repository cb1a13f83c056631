import type { Command, CommanderError } from 'commander'
import { CliError } from '../core/errors.ts'
import {
  asText,
  type CommandLine,
  command,
  type Phrase,
  phrase,
  renderArguments,
} from '../core/words/command-line.ts'
import { nearest } from '../core/words/nearest.ts'

/** What Commander says of a command line, as a sentence and a line to type that runs. */
export function toUsageError(
  error: CommanderError,
  argv: readonly string[],
  program: Command | undefined,
): CliError {
  const [first = '', second = ''] = argv
  if (error.code === 'commander.help' && first === 'help') {
    return usage(
      `"${second}" is not a command.`,
      phrase`${command('', [], { '--help': true })}   # lists them`,
    )
  }
  const named = program?.commands.find((one) => one.name() === program.args[0])
  if (!named) return usage(sentenceOf(error), optionsOf('', error))
  const group = named.commands.length > 0 ? toGroupError(error, named) : undefined
  return group ?? repetitionOf(error, argv) ?? usage(sentenceOf(error), adviceFor(error, named))
}

/** A hint that names no command is followed by the one that tells how the command is used. */
export function addHelpLine(error: CliError, program: Command | undefined): CliError {
  const { code, message, advice, cause } = error
  const named = program?.commands.find((one) => one.name() === program.args[0])
  if (named === undefined || hasCommand(advice)) return error
  const called = named.commands.find((one) => one.name() === named.args[0])
  const words = called ? `${named.name()} ${called.name()}` : named.name()
  const help = command(words, [], { '--help': true })
  const hint = advice === undefined ? help : phrase`${asProse(advice)}; ${help}`
  return new CliError(code, message, { hint, cause })
}

function hasCommand(advice: Phrase | undefined): boolean {
  if (advice === undefined) return false
  if (typeof advice === 'string') return /\bdrover /.test(advice)
  if (!('parts' in advice)) return true
  return advice.parts.some((part) => (typeof part === 'string' ? /\bdrover /.test(part) : true))
}

function asProse(advice: Phrase): Phrase {
  return typeof advice === 'string' ? { parts: [advice] } : advice
}

function usage(sentence: string, hint: Phrase): CliError {
  return new CliError('usage', sentence, { hint })
}

/** `drover queues st`, and a group without its command. */
function toGroupError(error: CommanderError, group: Command): CliError | undefined {
  const names = group.commands.map((one) => one.name())
  const has = phrase`${command(group.name(), [], { '--help': true })}   # it has ${names.join(', ')}`
  if (error.code === 'commander.help') return usage(`drover ${group.name()} needs one of its commands.`, has)
  const [typed = ''] = group.args
  const isUnknown = ['commander.excessArguments', 'commander.unknownCommand'].includes(error.code)
  if (!isUnknown || names.includes(typed)) return undefined
  const meant = nearest(typed, names)
  return usage(
    `"${typed}" is not a command of drover ${group.name()}.`,
    meant === undefined
      ? has
      : phrase`did you mean drover ${group.name()} ${meant}? It has ${names.join(', ')}`,
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

function adviceFor(error: CommanderError, named: Command): Phrase {
  const called = named.commands.find((one) => one.name() === named.args[0])
  const words = called ? `${named.name()} ${called.name()}` : named.name()
  const lacks = ['commander.missingArgument', 'commander.missingMandatoryOptionValue'].includes(error.code)
  const [id = '@last'] = (called ?? named).args
  return (lacks ? firstUse(words, id) : undefined) ?? optionsOf(words, error)
}

/** A line that does something, for a command that was typed without what it needs. */
function firstUse(words: string, id: string): Phrase | undefined {
  const inbox = command('inbox')
  const uses: Readonly<Record<string, Phrase>> = {
    run: command('run', ['approvalWorkflow', '3'], { '--app': 'drover:demo' }),
    start: phrase`${command('list', [], { '--count-by': 'name' })}   # names that ran before`,
    watch: onLast(command('watch', ['@last'])),
    get: onLast(command('get', ['@last'])),
    steps: onLast(command('steps', ['@last'])),
    events: onLast(command('events', ['@last'])),
    stream: onLast(command('stream', ['@last'])),
    messages: onLast(command('messages', ['@last'])),
    wait: onLast(command('wait', ['@last'])),
    result: onLast(command('result', ['@last'])),
    explain: onLast(command('explain', ['@last'])),
    diff: phrase`${command('get', [id])}   # names its copies; diff takes two ids`,
    send: phrase`${command('send', [id, 'true'], { '--topic': 'TOPIC' })}   # ${inbox} shows who waits, and on which topic`,
    approve: phrase`${inbox}   # what waits for an answer`,
    reject: phrase`${inbox}   # what waits for an answer`,
    fork: command('fork', [id], { '--from': 'failed' }),
    rewind: command('rewind', [id], { '--from': 'failed' }),
    'token create': command('token create', ['NAME']),
    'token revoke': command('token list'),
    queues: phrase`${command('queues')}   # lists them`,
    schedules: phrase`${command('schedules')}   # lists them`,
    versions: phrase`${command('versions')}   # lists them`,
  }
  const [group = ''] = words.split(' ')
  return uses[words] ?? uses[group]
}

function onLast(line: CommandLine): Phrase {
  return phrase`${line}   # ${command('list')} shows ids`
}

function optionsOf(words: string, { message }: CommanderError): Phrase {
  const help = command(words, [], { '--help': true })
  const meant = /Did you mean (?:one of )?(.*)\?/.exec(message.split('\n')[1] ?? '')?.[1]
  return meant ? phrase`did you mean ${meant}? ${help}` : phrase`${help}   # how it is used`
}

/** Commander says `error: unknown option '--x'`, and on a second line what was probably meant. */
function sentenceOf({ message }: CommanderError): string {
  const [first = ''] = message.replace(/^error: /, '').split('\n')
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}
