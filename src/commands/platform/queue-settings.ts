import type { Command } from 'commander'
import { CliError } from '../../core/errors.ts'
import {
  findContradiction,
  type QueueCount,
  type QueueSettings,
  type RateLimit,
} from '../../core/platform.ts'
import { type CommandOptions, command } from '../../core/words/command-line.ts'
import { countOrNone, type NoLimit, none, parsePoll, parseRateLimit } from './limit-parsers.ts'

type OrNone<Limit> = Limit | NoLimit

export interface SettingFlags {
  readonly concurrency?: OrNone<number>
  readonly workerConcurrency?: OrNone<number>
  readonly rateLimit?: OrNone<RateLimit>
  readonly partitionConcurrency?: OrNone<number>
  readonly partitionWorkerConcurrency?: OrNone<number>
  readonly partitionRateLimit?: OrNone<RateLimit>
  readonly poll?: number
}

export function addSettings(command: Command): Command {
  return command
    .option('--concurrency <count>', 'how many run at once in all, or none for no limit', countOrNone)
    .option('--worker-concurrency <count>', 'how many run at once in each worker, or none', countOrNone)
    .option(
      '--rate-limit <count/duration>',
      'how many begin in a time, such as 100/1m, or none',
      parseRateLimit,
    )
    .option(
      '--partition-concurrency <count>',
      'how many run at once in each partition (start --partition), or none',
      countOrNone,
    )
    .option(
      '--partition-worker-concurrency <count>',
      'how many of a partition run at once in each worker, or none',
      countOrNone,
    )
    .option(
      '--partition-rate-limit <count/duration>',
      'how many of a partition begin in a time, or none',
      parseRateLimit,
    )
    .option('--poll <duration>', 'how often workers look, 10ms or more', parsePoll)
}

/** What was typed, and nothing else. */
export function toSettings({ poll, ...limits }: SettingFlags): Partial<QueueSettings> {
  return {
    ...limit('concurrency', limits.concurrency),
    ...limit('workerConcurrency', limits.workerConcurrency),
    ...limit('rateLimit', limits.rateLimit),
    ...limit('partitionConcurrency', limits.partitionConcurrency),
    ...limit('partitionWorkerConcurrency', limits.partitionWorkerConcurrency),
    ...limit('partitionRateLimit', limits.partitionRateLimit),
    ...(poll !== undefined && { pollMs: poll }),
  }
}

function limit<Key extends string, Limit>(
  key: Key,
  typed: OrNone<Limit> | undefined,
): { [K in Key]?: Limit | null } {
  if (typed === undefined) return {}
  return { [key]: typed === none ? null : typed } as { [K in Key]: Limit | null }
}

const flagBySetting = {
  concurrency: '--concurrency',
  workerConcurrency: '--worker-concurrency',
  rateLimit: '--rate-limit',
  partitionConcurrency: '--partition-concurrency',
  partitionWorkerConcurrency: '--partition-worker-concurrency',
  partitionRateLimit: '--partition-rate-limit',
  pollMs: '--poll',
} as const satisfies Record<keyof QueueSettings, `--${string}`>

/** As they are typed; without any, what to ask for. */
export function asTyped(settings: Partial<QueueSettings>): CommandOptions {
  const { pollMs, ...limits } = settings
  const typed = Object.entries(limits).map(([setting, value]) => [
    flagBySetting[setting as keyof typeof limits],
    value === null ? none : typeof value === 'number' ? value : `${value.max}/${value.periodMs}ms`,
  ])
  if (pollMs !== undefined) typed.push([flagBySetting.pollMs, `${pollMs}ms`])
  return typed.length > 0 ? Object.fromEntries(typed) : { '--help': true }
}

/** Throws `invalid-argument` where a part may be more than its whole: DBOS, and then the application, would refuse it. */
export function refuseContradiction(
  verb: 'queues create' | 'queues set',
  name: string,
  settings: Partial<QueueSettings>,
  stored: Partial<QueueSettings> = {},
): void {
  const found = findContradiction(settings, stored)
  if (!found) return
  const { part, whole } = found
  const has = (count: QueueCount) =>
    `${settings[count] === undefined ? 'the ' : ''}${flagBySetting[count]} ${settings[count] ?? stored[count]}`
  const compared =
    settings[part] === undefined
      ? `${has(whole)} is less than ${has(part)}`
      : `${has(part)} is more than ${has(whole)}`
  const ofStored = settings[part] === undefined || settings[whole] === undefined
  throw new CliError('invalid-argument', `${compared}${ofStored ? ` that the queue ${name} has` : ''}.`, {
    hint: command(verb, [name], asTyped(withoutContradictions(settings, stored))),
  })
}

/** What was not typed follows what was; of two that were, the whole is as large as its part. */
function withoutContradictions(
  settings: Partial<QueueSettings>,
  stored: Partial<QueueSettings>,
): Partial<QueueSettings> {
  const found = findContradiction(settings, stored)
  if (!found) return settings
  const { part, whole } = found
  const change =
    settings[part] === undefined ? { [part]: settings[whole] ?? stored[whole] } : { [whole]: settings[part] }
  return withoutContradictions({ ...settings, ...change }, stored)
}
