import type { Command } from 'commander'
import { CliError } from '../core/errors.ts'
import { asText, command, type Phrase, phrase, renderArguments } from '../core/words/command-line.ts'
import { nearest } from '../core/words/nearest.ts'

/** Throws `usage` for what is no command, with the line that was probably meant. */
export function refuseUnknown(program: Command, typed: string, operands: readonly string[]): never {
  const word = typed.toLowerCase()
  const others = commandsByWord(operands[0] ?? '@last')
  const other = Object.hasOwn(others, word) ? others[word] : undefined
  throw new CliError('usage', `"${typed}" is not a command.`, {
    hint: other ?? nearestCommand(program, typed, operands),
  })
}

function nearestCommand(program: Command, typed: string, operands: readonly string[]): Phrase {
  const names = program.commands.map((one) => one.name())
  const meant = nearest(typed, names)
  return meant === undefined
    ? phrase`${command('', [], { '--help': true })}   # lists the commands`
    : phrase`did you mean drover ${asText(renderArguments([meant, ...operands], {}))}?`
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
    version: asText('drover --version'),
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
    htop: command('top'),
    ui: command('top'),
  }
}
