import type { Command, CommanderError, Option } from 'commander'
import { CliError } from '../core/errors.ts'
import {
  asText,
  type CommandLine,
  command,
  ownCall,
  type Phrase,
  phrase,
  renderArguments,
  typedLine,
} from '../core/words/command-line.ts'
import { nearest } from '../core/words/nearest.ts'
import { helpExamples } from './help-examples.ts'
import { fileOf, isOtherNameOf, otherFlag, withoutFlag } from './slips/flag-words.ts'
import { otherWord } from './slips/group-words.ts'
import { withMovedOperand } from './slips/moved-operand.ts'
import { unknownCommand } from './unknown-command.ts'

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
  if (!named) {
    const unknown = /^[a-z]/i.test(first) ? unknownCommand(program, first, argv.slice(1)) : undefined
    return unknown ?? usage(sentenceOf(error), optionsOf('', error, argv))
  }
  const group = named.commands.length > 0 ? toGroupError(error, named, argv) : undefined
  return group ?? repetitionOf(error, argv, named) ?? usage(sentenceOf(error), adviceFor(error, named, argv))
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
function toGroupError(error: CommanderError, group: Command, argv: readonly string[]): CliError | undefined {
  const names = group.commands.map((one) => one.name())
  const has = phrase`${command(group.name(), [], { '--help': true })}   # it has ${names.join(', ')}`
  if (error.code === 'commander.help') return usage(`drover ${group.name()} needs one of its commands.`, has)
  // Of a line with an option that is not known nothing is taken apart.
  const typed = group.args[0] ?? argv[argv.indexOf(group.name()) + 1] ?? ''
  if (typed.startsWith('-')) return undefined
  const codes = ['commander.excessArguments', 'commander.unknownCommand', 'commander.unknownOption']
  const isUnknown = codes.includes(error.code)
  if (!isUnknown || names.includes(typed)) return undefined
  const meant = otherWord(typed, group.name(), names) ?? nearest(typed, names)
  const place = argv.indexOf(typed)
  const rest = argv.slice(place + 1)
  // The record takes an id, and lists no others than its own.
  const alone = group.name() === 'audit' ? ['audit', ...rest] : [group.name()]
  const line = typedLine(meant === '' ? alone : [group.name(), meant ?? '', ...rest])
  return usage(
    `"${typed}" is not a command of drover ${group.name()}.`,
    meant === undefined ? has : phrase`did you mean ${line}? It has ${names.join(', ')}`,
  )
}

/** `--status A B`: the second value is one too many, for no option takes two. */
function repetitionOf(error: CommanderError, argv: readonly string[], named: Command): CliError | undefined {
  const index = argv.findIndex(
    (word, at) => word.startsWith('--') && [1, 2].every((next) => /^[^-]/.test(argv[at + next] ?? '')),
  )
  if (error.code !== 'commander.excessArguments' || index < 0) return undefined
  const [option, ...values] = argv.slice(index, index + 3)
  const [first = '', second = ''] = values
  const unit = /^\d+$/.test(first)
    ? /^(ms|[smhd])(?:ec(?:ond)?s?|in(?:ute)?s?|ours?|ays?)?$/.exec(second)?.[1]
    : undefined
  if (unit !== undefined) {
    const line = [...argv.slice(0, index + 1), `${first}${unit}`, ...argv.slice(index + 3)]
    return usage(sentenceOf(error), typedLine(line))
  }
  const called = named.commands.find((one) => one.name() === named.args[0]) ?? named
  const isRepeated = called.options.some((one) => one.long === option && takesMany(one, first))
  if (!isRepeated) return undefined
  const repeated = renderArguments([], { [option as `-${string}`]: values })
  return usage(sentenceOf(error), phrase`an option takes one value, and may be repeated: ${asText(repeated)}`)
}

/** What may be repeated is a list from the first value on. */
function takesMany(option: Option, value: string): boolean {
  try {
    return Array.isArray(option.parseArg?.(value, undefined))
  } catch {
    return true
  }
}

function adviceFor(error: CommanderError, named: Command, argv: readonly string[]): Phrase {
  const called = named.commands.find((one) => one.name() === named.args[0])
  const words = called ? `${named.name()} ${called.name()}` : named.name()
  const command = called ?? named
  const [id = '@last'] = command.args
  switch (error.code) {
    case 'commander.missingArgument':
      return firstUse(words, id) ?? optionsOf(words, error, argv, command)
    case 'commander.excessArguments':
      return withMovedOperand(words, command, argv) ?? optionsOf(words, error, argv, command)
    case 'commander.missingMandatoryOptionValue':
      return (
        withMissingFlag(error, words, argv) ??
        withMovedOperand(words, command, argv) ??
        (['fork', 'rewind'].includes(words) ? firstUse(words, id) : undefined) ??
        optionsOf(words, error, argv, command)
      )
    default:
      return optionsOf(words, error, argv, command)
  }
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

/** An option that has to be there, and is called otherwise elsewhere. */
function withMissingFlag(
  { message }: CommanderError,
  words: string,
  argv: readonly string[],
): Phrase | undefined {
  const [, missing = ''] = /'(--[a-z-]+)/.exec(message) ?? []
  const typed = argv.find((word) => isOtherNameOf(missing, word))
  if (typed === undefined) return undefined
  const line = typedLine(argv.map((word) => (word === typed ? missing : word)))
  return phrase`did you mean ${line}? ${command(words, [], { '--help': true })}`
}

/** What was probably meant, or a line that runs; and always where all of it is told. */
function optionsOf(
  words: string,
  { code, message }: CommanderError,
  argv: readonly string[],
  called?: Command,
): Phrase {
  const help = command(words, [], { '--help': true })
  const [, flag = ''] = /(-[^\s',]+)[ '<[]/.exec(message) ?? []
  const [, wrong = ''] = / (?:argument|value) '(.*)' is invalid/s.exec(message) ?? []
  if (wrong !== '') return choiceOf(message, wrong, argv, help)
  const isUnknown = code === 'commander.unknownOption'
  const shorter = isUnknown && called ? withoutFlag(flag, words, called, argv) : undefined
  if (shorter) return phrase`did you mean ${typedLine(shorter)}? ${help}`
  const redirected = isUnknown ? fileOf(flag, words, argv) : undefined
  if (redirected) return redirected
  const suggested = /Did you mean (?:one of )?(.*)\?/.exec(message.split('\n')[1] ?? '')?.[1]
  const alike = suggested?.[2] === flag[2] ? suggested : undefined
  const meant = (isUnknown && called && otherFlag(flag, called)) || alike
  if (meant?.startsWith('--') && !meant.includes(',') && argv.includes(flag))
    return phrase`did you mean ${typedLine(argv.map((word) => (word === flag ? meant : word)))}? ${help}`
  if (meant !== undefined) return phrase`did you mean ${meant}? ${help}`
  const example = exampleWith(words, flag)
  return example === undefined
    ? phrase`${help}   # how it is used`
    : phrase`for example ${asText(example)}; ${help}`
}

/** The one of the choices that is nearest, or the first, in the place of what was typed. */
function choiceOf(message: string, wrong: string, argv: readonly string[], help: CommandLine): Phrase {
  const choices = /Allowed choices are (.*)\./.exec(message)?.[1]?.split(', ') ?? []
  const meant = nearest(wrong, choices) ?? choices[0]
  const place = argv.findIndex((word) => word === wrong || word.endsWith(`=${wrong}`))
  if (meant === undefined || place < 0) return help
  const corrected = argv.map((word, index) =>
    index === place ? `${word.slice(0, word.length - wrong.length)}${meant}` : word,
  )
  return phrase`${typedLine(corrected)}; ${help}`
}

/** Of the examples in its help one that has this option, else the first. What starts or imports is of another application. */
function exampleWith(words: string, flag: string): string | undefined {
  if (['start', 'import', 'run', 'db reset', 'delete'].includes(words)) return undefined
  const examples = Object.hasOwn(helpExamples, words) ? (helpExamples[words]?.examples ?? []) : []
  const fitting = examples.find((line) => flag !== '' && line.includes(flag)) ?? examples[0]
  return fitting === undefined ? undefined : `${ownCall()} ${fitting}`
}

/** Commander says `error: unknown option '--x'`, and on a second line what was probably meant. */
function sentenceOf({ message }: CommanderError): string {
  const [first = ''] = message.replace(/^error: /, '').split('\n')
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1)}`
  return sentence.endsWith('.') ? sentence : `${sentence}.`
}
