import type { Context } from '../../context.ts'
import type { Cause, NameUnregistered } from '../../core/diagnosis/cause.ts'
import { findObstacles } from '../../core/diagnosis/obstacles.ts'
import type { Outlook } from '../../core/diagnosis/situation.ts'
import { CliError } from '../../core/errors.ts'
import { nearestKnownName } from '../../core/run/known-names.ts'
import type { StartRequest } from '../../core/run/start.ts'
import type { Store } from '../../core/store.ts'
import {
  asText,
  command,
  type Phrase,
  phrase,
  quotedList,
  renderArguments,
} from '../../core/words/command-line.ts'
import { causeSentence } from '../../render/explain/cause-sentence.ts'
import { workerCommand } from '../../render/explain/fixes.ts'
import type { Settings } from '../../settings/settings.ts'
import { surroundingsOf } from '../print-explanation.ts'
import { printNotice } from '../print-notice.ts'

interface Planned {
  readonly request: StartRequest
  /** A workflow of this name ran before, or a live worker registers it. */
  readonly isKnown: boolean
  readonly strict: boolean
}

interface Warning {
  readonly sentence: string
  readonly fix: Phrase
  /** As things stand it would not run; else it may well. */
  readonly isCertain: boolean
  /** A worker that is on its way would fix it. */
  readonly isTransient: boolean
}

export interface StartObstacles {
  readonly warnings: readonly Warning[]
  readonly outlook: Outlook
}

/** What would keep the workflow from being taken, as things stand; with `strict` throws `would-strand` instead. */
export async function findStartObstacles(
  context: Pick<Context, 'databaseFlags'>,
  store: Store,
  settings: Settings,
  { request, isKnown, strict }: Planned,
): Promise<StartObstacles> {
  const { queue } = request
  const place = {
    queue,
    application: request.application ?? null,
    version: request.version ?? null,
    partition: request.partition ?? null,
  }
  const outlook = await store.outlook(place)
  const { executors, now } = outlook
  const workflow = { ...place, name: request.name, className: request.className ?? null, error: null }
  const surroundings = surroundingsOf(context, store, settings)
  const obstacles = findObstacles(outlook, workflow)
  const isUnregistered = obstacles.some(({ kind }) => kind === 'name-unregistered')
  const warnings: Warning[] = [
    ...(isKnown || isUnregistered ? [] : [await unknownName(store, request.name)]),
    ...obstacles.map((cause) => ({
      sentence: causeSentence(cause, { workflow, outlook, executors: outlook.executors, now }),
      fix: fixOf(cause, (options) => workerCommand({ workflow, executors }, surroundings, options)),
      isCertain: true,
      isTransient: cause.kind !== 'partition-missing',
    })),
  ]
  const certain = warnings.filter(({ isCertain }) => isCertain)
  const [first] = certain
  if (!first || !strict) return { warnings, outlook }
  throw new CliError('would-strand', `Nothing was started: ${first.sentence}`, {
    hint: first.fix,
    isTransient: certain.every(({ isTransient }) => isTransient),
  })
}

export function reportObstacles(context: Context, { warnings, outlook }: StartObstacles): void {
  if (outlook.executors === undefined) {
    printNotice(
      context,
      'warning: whether any worker is live cannot be seen with this role (grant pg_read_all_stats).',
    )
  }
  for (const { sentence, fix } of warnings) {
    printNotice(context, `warning: ${sentence}`)
    printNotice(context, phrase`hint: ${typeof fix === 'string' ? asText(fix) : fix}`)
  }
}

/** Only a worker knows which names there are, and every name is new once: also one that is like another. */
async function unknownName(store: Store, name: string): Promise<Warning> {
  const meant = await nearestKnownName(store, name)
  return {
    sentence: `No recent workflow there is named "${name}".`,
    fix: meant
      ? phrase`did you mean ${meant}?`
      : phrase`${command('list', [], { '--count-by': 'name' })}   # shows the names that did`,
    isCertain: false,
    isTransient: false,
  }
}

/** What to type differently, or besides. */
function fixOf(
  cause: Cause,
  worker: (options?: { createQueue?: boolean; poll?: boolean }) => Phrase,
): Phrase {
  switch (cause.kind) {
    case 'no-worker':
      return phrase`${worker()}   # it stays enqueued until one starts`
    case 'queue-missing':
      return worker({ createQueue: true })
    case 'queue-elsewhere':
      return `name a queue of its own application with --queue`
    case 'partition-missing':
      return 'name the partition with --partition KEY'
    case 'version-gone':
    case 'version-overtaken':
      return otherVersion(cause.live) ?? worker()
    case 'queue-paused':
      return command('queues')
    case 'not-polled':
      return worker({ poll: true })
    case 'name-unregistered':
      return otherName(cause) ?? phrase`${worker()}   # with a module that registers it`
    default:
      return command('workers')
  }
}

function otherName({ meant, classes, applications }: NameUnregistered): Phrase | undefined {
  const [known] = classes
  if (known) return known.className === null ? 'leave --class out' : typedOption('--class', known.className)
  if (meant !== null) return phrase`did you mean ${meant}?`
  const [application] = applications
  return application === undefined ? undefined : typedOption('--application', application)
}

/** What is not named, or only in part, cannot be typed. */
function otherVersion(live: readonly string[]): Phrase | undefined {
  const named = live.filter((version) => !/[…()]/.test(version))
  if (named.length === 0) return undefined
  return named.length === 1 && live.length === 1
    ? typedOption('--app-version', named.join())
    : phrase`name one that is live with --app-version: ${quotedList(named)}`
}

function typedOption(flag: `--${string}`, value: string): Phrase {
  return asText(renderArguments([], { [flag]: value }))
}
