import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { shellWord } from '../core/shell-word.ts'
import { parseTime } from '../core/time.ts'
import { type WorkflowStatus, workflowStatuses } from '../core/workflow.ts'
import { parseAttributes, type WorkflowFilter } from '../core/workflow-filter.ts'

/** The options that narrow a set of workflows. */
export interface FilterFlags {
  readonly name?: string
  readonly status?: readonly WorkflowStatus[]
  readonly queue?: string
  readonly since?: string
  readonly until?: string
  readonly attr?: readonly string[]
  readonly application?: string
  readonly appVersion?: string
  readonly executor?: string
  readonly parent?: string
  readonly schedule?: string
  readonly user?: string
  readonly search?: string
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
export function describeFilterFlags(flags: FilterFlags): string {
  return filterKeys
    .filter((key) => flags[key] !== undefined)
    .map(
      (key) =>
        `--${toFlag(key)} ${[flags[key]]
          .flat()
          .map((value) => shellWord(String(value)))
          .join(' ')}`,
    )
    .join(' ')
}

function toFlag(key: keyof FilterFlags): string {
  return key === 'appVersion' ? 'app-version' : key
}

/** Adds them in a group of their own, the same on every command that has them. */
export function addFilterOptions(command: Command): Command {
  const options = [
    new Option('--name <name>', 'of this name'),
    new Option('--status <status...>', 'of this status, or one of these').choices(workflowStatuses),
    new Option('--queue <queue>', 'on this queue'),
    new Option(
      '--since <time>',
      'created since: 2026-01-31, 2026-01-31T12:00 (local without a zone such as Z), or a duration ago such as 1h30m',
    ),
    new Option('--until <time>', 'created before'),
    new Option('--attr <name=value...>', 'with this attribute'),
    new Option('--application <name>', 'of this application'),
    new Option('--app-version <version>', 'of this version of its application'),
    new Option('--executor <id>', 'of this executor; the start of its id is enough where one begins so'),
    new Option('--parent <id>', 'started by this workflow'),
    new Option('--schedule <name>', 'started by this schedule'),
    new Option('--user <name>', 'started for this authenticated user'),
    new Option(
      '--search <text>',
      'with this text in the input, the result or the error (slow: reads them all)',
    ),
  ]
  command.optionsGroup('Which workflows:')
  for (const option of options) command.addOption(option)
  return command.optionsGroup('Options:')
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
