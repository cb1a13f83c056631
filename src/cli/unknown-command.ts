import type { Command } from 'commander'
import { CliError } from '../core/errors.ts'
import {
  asText,
  command,
  ownCall,
  type Phrase,
  phrase,
  renderArguments,
  typedLine,
} from '../core/words/command-line.ts'
import { nearest } from '../core/words/nearest.ts'
import { helpExamples } from './help-examples.ts'
import { groupOfOne, listerOf, otherWord } from './slips/group-words.ts'

/** `usage` for what is no command, with the line that was probably meant; undefined for one that is. */
export function unknownCommand(
  program: Command | undefined,
  typed: string,
  operands: readonly string[],
): CliError | undefined {
  if (!program || program.commands.some((one) => one.name() === typed)) return undefined
  const word = typed.toLowerCase()
  const others = commandsByWord(operands.find((operand) => !operand.startsWith('-')) ?? '@last')
  const other = Object.hasOwn(others, word) ? others[word] : undefined
  return new CliError('usage', `"${typed}" is not a command.`, {
    hint: meantOfGroup(word, operands) ?? other ?? nearestCommand(program, typed, operands),
  })
}

/** `queue pause mails`, `ls queues`, `workflow list`. */
function meantOfGroup(word: string, operands: readonly string[]): Phrase | undefined {
  const [first = '', ...rest] = operands
  const listed = Object.hasOwn(listerOf, first.toLowerCase()) ? listerOf[first.toLowerCase()] : undefined
  if (['ls', 'show', 'list'].includes(word) && listed !== undefined) return command(listed)
  if (['workflow', 'workflows', 'wf', 'job', 'jobs', 'task', 'tasks', 'run', 'runs'].includes(word))
    return first === '' || first === 'ls' ? command('list') : typedLine(operands)
  const group = Object.hasOwn(groupOfOne, word) ? groupOfOne[word] : undefined
  if (group === undefined || first === '') return undefined
  if (group === 'config')
    return typedLine(['config', ...(first === 'list' ? ['profiles', ...rest] : operands)])
  const meant = otherWord(first, group, commandsOf(group)) ?? first
  return meant === '' ? command(group) : phrase`did you mean ${typedLine([group, meant, ...rest])}?`
}

/** As the examples of each name them: the commands themselves are loaded only where they are meant. */
function commandsOf(group: string): readonly string[] {
  const first = `${group} `
  return Object.keys(helpExamples).flatMap((words) =>
    words.startsWith(first) ? [words.slice(first.length)] : [],
  )
}

function nearestCommand(program: Command, typed: string, operands: readonly string[]): Phrase {
  const names = program.commands.map((one) => one.name())
  const meant = nearest(typed, names)
  return meant === undefined
    ? phrase`${command('', [], { '--help': true })}   # lists the commands`
    : phrase`did you mean ${asText(`${ownCall()} ${renderArguments([meant, ...operands], {})}`)}?`
}

/**
 * What somebody types who comes from another tool, and the line of drover's that does it. They are no aliases: each thing has
 * one name here.
 */
function commandsByWord(id: string): Readonly<Record<string, Phrase>> {
  const get = command('get', [id])
  const watch = command('watch', [id])
  const cancel = command('cancel', [id])
  const again = command('fork', [id], { '--from': 'failed' })
  const local = command('db status')
  return {
    ps: command('list'),
    ls: command('list'),
    workflows: command('list'),
    status: get,
    describe: get,
    show: get,
    info: get,
    inspect: get,
    view: get,
    logs: watch,
    log: watch,
    follow: watch,
    attach: watch,
    tail: command('stream', [id], { '--follow': true }),
    version: asText(`${ownCall()} --version`),
    kill: cancel,
    stop: cancel,
    abort: cancel,
    terminate: cancel,
    rm: command('delete', [id]),
    remove: command('delete', [id]),
    retry: again,
    rerun: again,
    replay: again,
    restart: command('fork', [id], { '--from': '0' }),
    reset: command('rewind', [id], { '--from': 'failed' }),
    continue: command('resume', [id]),
    exec: command('run', ['approvalWorkflow', '3'], { '--app': 'drover:demo' }),
    enqueue: command('start', [], { '--help': true }),
    create: command('start', [], { '--help': true }),
    trigger: command('schedules'),
    schedule: command('schedules'),
    cron: command('schedules'),
    queue: command('queues'),
    input: get,
    output: command('result', [id]),
    why: command('explain', [id]),
    debug: command('explain', [id]),
    check: command('doctor'),
    health: command('doctor'),
    ping: command('doctor'),
    signal: command('send', [id, 'true'], { '--topic': 'TOPIC' }),
    message: command('messages', [id]),
    event: command('events', [id]),
    accept: command('inbox'),
    deny: command('inbox'),
    decline: command('inbox'),
    pending: command('inbox'),
    history: command('steps', [id], { '--timeline': true }),
    trace: command('steps', [id], { '--timeline': true }),
    executors: command('workers'),
    login: command('config'),
    init: command('config'),
    up: command('db start'),
    down: command('db stop'),
    postgres: local,
    database: local,
    dashboard: command('top'),
    dash: command('top'),
    upgrade: command('db upgrade'),
    profiles: command('config profiles'),
    htop: command('top'),
    ui: command('top'),
  }
}
