import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { readFilter, type TypedFilter } from '../core/manage/read-filter.ts'
import type { WorkflowFilter } from '../core/manage/workflow-filter.ts'
import type { CommandOptions } from '../core/words/command-line.ts'
import { parseStatuses, statusesByWord } from '../core/words/status.ts'
import type { KnownStatus } from '../core/workflow.ts'
import { repeatable } from './option-parsers.ts'

/** The options that narrow a set of workflows. */
export interface FilterFlags extends Omit<TypedFilter, 'version'> {
  readonly appVersion?: readonly string[]
}

const filterKeys = [
  ...(['name', 'status', 'queue', 'since', 'until', 'endedSince', 'endedUntil', 'dequeuedSince'] as const),
  ...(['longerThan', 'attr', 'application', 'appVersion', 'executor', 'parent', 'schedule', 'user'] as const),
  ...(['idPrefix', 'roots', 'hasParent', 'isFork', 'search'] as const),
] as const satisfies readonly (keyof FilterFlags)[]

/** As they are typed: a duration ago stays one. */
export function typedFilters(flags: FilterFlags): CommandOptions {
  return Object.fromEntries(filterKeys.map((key) => [toFlag(key), flags[key]]))
}

function toFlag(key: keyof FilterFlags): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** Adds them in a group of their own, the same on every command that has them. */
export function addFilterOptions(command: Command): Command {
  const options = [
    repeatable('--name <name>', 'of this name, or Class.name; repeat it for any of several'),
    statusOption(),
    repeatable('--queue <queue>', 'on this queue'),
    new Option(
      '--since <time>',
      'created since 2026-01-31 or 2026-01-31T12:00 (local without a zone such as Z), or a duration ago such as 1h30m',
    ),
    new Option('--until <time>', 'created before'),
    new Option('--ended-since <time>', 'ended since'),
    new Option('--ended-until <time>', 'ended before'),
    new Option('--dequeued-since <time>', 'taken from its queue, or begun, since'),
    new Option(
      '--longer-than <duration>',
      'that took longer, or goes on for longer; with one of the times since',
    ),
    repeatable('--attr <name=value>', 'with this attribute; with all of several names'),
    repeatable('--application <name>', 'of this application'),
    repeatable('--app-version <version>', 'of this version of its application'),
    repeatable('--executor <id>', 'of this executor; the start of its id is enough where one begins so'),
    repeatable('--parent <id>', 'started by this workflow'),
    repeatable('--schedule <name>', 'started by this schedule'),
    repeatable('--user <name>', 'started for this authenticated user'),
    repeatable('--id-prefix <text>', 'with an id that begins so'),
    new Option('--roots', 'started by no workflow'),
    new Option('--has-parent', 'started by a workflow'),
    new Option('--is-fork', 'a copy of another workflow'),
    repeatable(
      '--search <text>',
      'with this text in the input, the result or the error (slow: reads them all)',
    ),
  ]
  command.optionsGroup('Which workflows:')
  for (const option of options) command.addOption(option)
  return command.optionsGroup('Options:')
}

/** `--status failed,running`: words that people use, and DBOS's own in any case. */
function statusOption(): Option {
  const description = `of this status: ${Object.keys(statusesByWord).join(', ')}, or DBOS's own; commas or repeated for any of several`
  return new Option('--status <status>', description).argParser(
    (text: string, earlier: readonly KnownStatus[] | undefined) => [
      ...new Set([...(earlier ?? []), ...parseStatuses(text)]),
    ],
  )
}

/** Undefined where no option narrows anything. Throws `invalid-argument`. */
export function toFilter({ now }: Pick<Context, 'now'>, flags: FilterFlags): WorkflowFilter | undefined {
  return readFilter({ ...flags, version: flags.appVersion }, now())
}
