import type { Command } from 'commander'
import { type Prose, phrase, quotedList, typedLine } from '../../core/words/command-line.ts'
import { statusesByWord } from '../../core/words/status.ts'
import { workflowStatuses } from '../../core/workflow.ts'

/** What an option is called elsewhere; the first one that the command has is meant. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  '-n': ['--limit', '--last', '--name'],
  '-l': ['--limit'],
  '-c': ['--comment', '--concurrency'],
  '-d': ['--delay', '--every'],
  '-f': ['--follow', '--yes'],
  '-i': ['--input', '--id'],
  '-m': ['--comment'],
  '-s': ['--status'],
  '-t': ['--timeout', '--topic'],
  '-w': ['--wait', '--watch'],
  '-y': ['--yes'],
  '--actor': ['--as', '--by'],
  '--age': ['--older-than'],
  '--args': ['--input'],
  '--at': ['--delay', '--since'],
  '--because': ['--comment'],
  '--confirm': ['--yes'],
  '--count': ['--limit', '--keep'],
  '--data': ['--input'],
  '--delay': ['--in'],
  '--dry': ['--dry-run'],
  '--executor': ['--gone'],
  '--expires': ['--for'],
  '--file': ['--input'],
  '--follow': ['--watch'],
  '--force': ['--yes'],
  '--from': ['--since'],
  '--from-step': ['--from'],
  '--interval': ['--every'],
  '--jobs': ['--concurrency'],
  '--last': ['--since'],
  '--list': ['--no-pick'],
  '--limit': ['--last'],
  '--listen': ['--host'],
  '--max': ['--limit'],
  '--message': ['--comment', '--input'],
  '--older': ['--older-than'],
  '--only': ['--filter', '--name'],
  '--payload': ['--data', '--input'],
  '--prio': ['--priority'],
  '--queue': ['--to-queue'],
  '--readonly': ['--read-only'],
  '--reason': ['--comment'],
  '--schedule': ['--cron'],
  '--state': ['--status'],
  '--step': ['--from'],
  '--tail': ['--last'],
  '--to': ['--to-queue', '--until', '--to-version'],
  '--ttl': ['--for'],
  '--tz': ['--timezone'],
  '--until': ['--for'],
  '--user': ['--by', '--as'],
  '--window': ['--since'],
  '--workflow': ['--name'],
}

/** The option of this command that is called otherwise elsewhere. */
export function otherFlag(typed: string, command: Command): string | undefined {
  const names = Object.hasOwn(otherNames, typed) ? (otherNames[typed] ?? []) : []
  return names.find((name) => hasFlag(command, name))
}

export function isOtherNameOf(name: string, typed: string): boolean {
  return Object.hasOwn(otherNames, typed) && (otherNames[typed] ?? []).includes(name)
}

function hasFlag({ options }: Command, name: string): boolean {
  return options.some(({ long }) => long === name)
}

/** What is said by an option elsewhere, and stands by itself here. */
const standsAlone: Readonly<Record<string, readonly string[]>> = {
  '--id': [
    'watch',
    'get',
    'steps',
    'events',
    'stream',
    'messages',
    'approve',
    'reject',
    'send',
    'wait',
    'result',
  ],
  '--file': ['import', 'test'],
  '--priority': ['reprioritize'],
  '--prio': ['reprioritize'],
  '--to': ['reprioritize'],
  '--follow': ['watch'],
  '-f': ['watch'],
  '--stdio': ['mcp'],
  '--watch': ['top'],
}

const exportTo = ['-o', '--output', '--to', '--out', '--file']

/** The line without an option, or with what it means here; undefined where nothing is known of it. */
export function withoutFlag(
  flag: string,
  words: string,
  command: Command,
  argv: readonly string[],
): readonly string[] | undefined {
  const place = argv.indexOf(flag)
  if (place < 0) return undefined
  const [before, after] = [argv.slice(0, place), argv.slice(place + 1)]
  if (standsAlone[flag]?.includes(words)) return [...before, ...after]
  const state = flag.slice(2)
  if (states.includes(state) && hasFlag(command, '--status')) return [...before, '--status', state, ...after]
  return undefined
}

/** `export ID -o FILE`: what it writes goes to stdout. */
export function fileOf(flag: string, words: string, argv: readonly string[]): Prose | undefined {
  const place = argv.indexOf(flag)
  const file = argv[place + 1]
  if (words !== 'export' || !exportTo.includes(flag) || place < 0 || file === undefined) return undefined
  return phrase`${typedLine([...argv.slice(0, place), ...argv.slice(place + 2)])} > ${quotedList([file])}`
}

/** The words that `--status` takes and people type by themselves. */
export const states: readonly string[] = [
  ...Object.keys(statusesByWord),
  ...workflowStatuses.map((status) => status.toLowerCase()).filter((word) => !word.includes('_')),
]
