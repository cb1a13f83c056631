import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { parseAttributes, type WorkflowFilter } from '../core/manage/workflow-filter.ts'
import type { CommandOptions } from '../core/words/command-line.ts'
import { parseStatus, statusesByWord } from '../core/words/status.ts'
import { parseTime } from '../core/words/time.ts'
import type { KnownStatus } from '../core/workflow.ts'
import { repeatable } from './option-parsers.ts'

/** The options that narrow a set of workflows. */
export interface FilterFlags {
  readonly name?: readonly string[]
  readonly status?: readonly KnownStatus[]
  readonly queue?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly attr?: readonly string[]
  readonly application?: readonly string[]
  readonly appVersion?: readonly string[]
  readonly executor?: readonly string[]
  readonly parent?: readonly string[]
  readonly schedule?: readonly string[]
  readonly user?: readonly string[]
  readonly search?: readonly string[]
}

const filterKeys = [
  'name',
  'status',
  'queue',
  'since',
  'until',
  'attr',
  'application',
  'appVersion',
  'executor',
  'parent',
  'schedule',
  'user',
  'search',
] as const satisfies readonly (keyof FilterFlags)[]

/** As they are typed: a duration ago stays one. */
export function typedFilters(flags: FilterFlags): CommandOptions {
  return Object.fromEntries(filterKeys.map((key) => [toFlag(key), flags[key]]))
}

function toFlag(key: keyof FilterFlags): string {
  return key === 'appVersion' ? '--app-version' : `--${key}`
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
    repeatable('--attr <name=value>', 'with this attribute; with all of several names'),
    repeatable('--application <name>', 'of this application'),
    repeatable('--app-version <version>', 'of this version of its application'),
    repeatable('--executor <id>', 'of this executor; the start of its id is enough where one begins so'),
    repeatable('--parent <id>', 'started by this workflow'),
    repeatable('--schedule <name>', 'started by this schedule'),
    repeatable('--user <name>', 'started for this authenticated user'),
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
      ...new Set([...(earlier ?? []), ...text.split(',').flatMap((word) => parseStatus(word.trim()))]),
    ],
  )
}

/** Undefined where no option narrows anything. Throws `invalid-argument`. */
export function toFilter({ now }: Pick<Context, 'now'>, flags: FilterFlags): WorkflowFilter | undefined {
  const filter: WorkflowFilter = {
    status: flags.status,
    name: flags.name,
    queue: flags.queue,
    application: flags.application,
    version: flags.appVersion,
    executorId: flags.executor,
    parentId: flags.parent,
    schedule: flags.schedule,
    user: flags.user,
    since: flags.since === undefined ? undefined : parseTime(flags.since, now()),
    until: flags.until === undefined ? undefined : parseTime(flags.until, now()),
    attributes: flags.attr === undefined ? undefined : parseAttributes(flags.attr),
    search: flags.search,
  }
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined
}
