import type { Command } from 'commander'
import { command, type Phrase, typedLine } from '../../core/words/command-line.ts'
import { states } from './flag-words.ts'
import { listerOf } from './group-words.ts'

/** Where what was typed behind a command belongs, by the words of the command. */
const flagByWords: Readonly<Record<string, (typed: string) => string | undefined>> = {
  list: (typed) => (/^\d+$/.test(typed) ? '--limit' : isTime(typed) ? '--since' : undefined),
  stats: (typed) => (isTime(typed) ? '--since' : isName(typed) ? '--name' : undefined),
  serve: (typed) => (/^\d+$/.test(typed) ? '--port' : undefined),
  worker: (typed) => (/[./]/.test(typed) ? '--app' : undefined),
  run: (typed) => (/\.[cm]?[jt]s$/.test(typed) ? '--app' : undefined),
  requeue: (typed) => (isName(typed) ? '--to-queue' : undefined),
  fork: (typed) => (isStep(typed) ? '--from' : undefined),
  rewind: (typed) => (isStep(typed) ? '--from' : undefined),
  reschedule: (typed) => (isTime(typed) ? '--in' : undefined),
  inbox: (typed) => (isName(typed) ? '--name' : undefined),
  'queues set': (typed) => (/^\d+$/.test(typed) ? '--concurrency' : undefined),
  'queues create': (typed) => (/^\d+$/.test(typed) ? '--concurrency' : undefined),
  'schedules update': (typed) => (/ /.test(typed) ? '--cron' : undefined),
  'schedules backfill': (typed) => (isTime(typed) ? '--since' : undefined),
  'token create': (typed) => (/^(read|answer|start)$/.test(typed) ? '--scope' : undefined),
}

function isTime(typed: string): boolean {
  return /^(\d+(ms|s|m|h|d)|\d{4}-\d\d-\d\d.*)$/.test(typed)
}

function isStep(typed: string): boolean {
  return /^(\d+|failed|last)$/.test(typed)
}

function isName(typed: string): boolean {
  return /^[\p{L}_][\w.-]*$/u.test(typed)
}

/** `send ID TOPIC MESSAGE`. */
function sendLine([id = '', topic = '', message = '']: readonly string[]): Phrase {
  return command('send', [id, message], { '--topic': topic })
}

/** A line for what was typed behind a command that takes it as an option, or not at all. */
export function withMovedOperand(
  words: string,
  called: Command,
  argv: readonly string[],
): Phrase | undefined {
  const last = called.args.at(-1)
  const place = last === undefined ? -1 : argv.lastIndexOf(last)
  if (last === undefined || place < 0) return undefined
  if (words === 'send' && called.args.length === 3) return sendLine(called.args)
  const isOneTooMany = called.args.length <= called.registeredArguments.length + 1
  const isValue = argv[place - 1]?.startsWith('-') === true
  if (!isOneTooMany || isValue) return undefined
  const word = last.toLowerCase()
  const before = argv.slice(0, place)
  const after = argv.slice(place + 1)
  if (words === 'list' && called.args.length === 1) {
    if (Object.hasOwn(listerOf, word)) return command(listerOf[word] ?? '')
    if (states.includes(word)) return typedLine([...before, '--status', word, ...after])
  }
  if (words === 'requeue' && called.args.length === 1) return undefined
  if (words === 'doctor') return command('explain', [last])
  if (words === 'top') return command('watch', [last])
  const flag = Object.hasOwn(flagByWords, words) ? flagByWords[words]?.(last) : undefined
  return flag === undefined ? undefined : typedLine([...before, flag, last, ...after])
}
