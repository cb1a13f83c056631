import { isOwnExecutor } from '../dbos-names.ts'
import { registers } from '../run/registration.ts'
import { nearest } from '../words/nearest.ts'
import type { WorkflowSummary } from '../workflow.ts'
import type { Cause, NameUnregistered } from './cause.ts'
import { eligibleExecutors, isKnownToRun, type Wanted } from './eligible-executors.ts'
import { isSilent, type LiveExecutor, type Outlook, type QueueState } from './situation.ts'

type Named = Pick<WorkflowSummary, 'name' | 'className'> & Partial<Pick<WorkflowSummary, 'configName'>>

/** A workflow on a queue, or one that is not there yet. */
interface Placed extends Named, Wanted {
  readonly partition: string | null
}

/** What keeps a workflow on this queue from ever being taken, as things stand. */
export function findObstacles(outlook: Outlook, { partition, ...workflow }: Placed): Cause[] {
  const { application, version } = workflow
  const { queue, executors, latestVersion, now } = outlook
  const causes: Cause[] = []
  const candidates = executors && eligibleExecutors(executors, { application, version: null })
  if (candidates?.length === 0) causes.push({ kind: 'no-worker', application })
  if (!queue.isInternal && !queue.isRegistered) causes.push({ kind: 'queue-missing' })
  if (queue.owner !== null && application !== null && queue.owner !== application) {
    causes.push({ kind: 'queue-elsewhere', owner: queue.owner })
  }
  if (queue.isPartitioned && partition === null) causes.push({ kind: 'partition-missing' })
  if (queue.isPaused) causes.push({ kind: 'queue-paused' })
  if (!executors || !candidates || candidates.length === 0) return causes

  const wanted = version ?? latestVersion
  const able = eligibleExecutors(candidates, { application, version: wanted })
  if (able.length === 0 && wanted !== null) {
    const live = [...new Set(candidates.map(versionLabel))]
    causes.push(
      version === null
        ? { kind: 'version-overtaken', latest: wanted, live }
        : { kind: 'version-gone', version, live },
    )
  }
  const polling = able.filter((executor) => mayPoll(executor, queue))
  if (able.length > 0 && polling.length === 0 && causes.length === 0) causes.push({ kind: 'not-polled' })
  if (polling.length > 0 && polling.every((executor) => mayNotRegister(executor, workflow))) {
    causes.push(unregistered(workflow, polling, executors, null))
  }
  const [heard] = able.toSorted((a, b) => b.heardAt.getTime() - a.heardAt.getTime())
  if (heard && isSilent(heard, now)) {
    causes.push({ kind: 'executor-silent', executorId: heard.executorId, since: heard.heardAt })
  }
  return causes
}

/**
 * Nothing stands in its way, and yet nobody took it. Who is known to run it, and would have answered as drover's own do,
 * does not poll its queue; of others that cannot be said.
 */
export function causeOfDelay({ queue, executors = [], latestVersion }: Outlook, workflow: Wanted): Cause {
  const wanted = { application: workflow.application, version: workflow.version ?? latestVersion }
  const known = eligibleExecutors(executors, wanted).filter((executor) => isKnownToRun(executor, wanted))
  const mayBePolled =
    queue.isInternal ||
    known.some((executor) =>
      executor.registration ? mayPoll(executor, queue) : isOwnExecutor(executor.executorId),
    )
  return known.length > 0 && !mayBePolled
    ? { kind: 'not-polled' }
    : { kind: 'not-taken', isKnown: known.length > 0 }
}

/** What does not tell which queues it polls may poll any; the internal one is polled by all. */
function mayPoll({ registration }: LiveExecutor, { name, isInternal }: QueueState): boolean {
  if (isInternal || registration === null || registration.queues === 'all') return true
  return registration.queues.includes(name)
}

function mayNotRegister({ registration }: LiveExecutor, { name, className }: Named): boolean {
  return registration !== null && !registers(registration, name, className)
}

/** That none of `asked` registers it, and who among all that live registers something like it. */
export function unregistered(
  { name, configName, application }: Named & Pick<Wanted, 'application'>,
  asked: readonly LiveExecutor[],
  all: readonly LiveExecutor[],
  executorId: string | null,
): NameUnregistered {
  const registered = asked.flatMap(({ registration }) => registration?.workflows ?? [])
  const namesakes = registered.filter((workflow) => workflow.name === name)
  const others = all.filter(
    (executor) =>
      executor.application !== application &&
      executor.registration?.workflows.some((workflow) => workflow.name === name),
  )
  return {
    kind: 'name-unregistered',
    executorId,
    meant:
      namesakes.length > 0
        ? null
        : (nearest(
            name,
            registered.map((workflow) => workflow.name),
          ) ?? null),
    classes: namesakes.map(({ className, instances }) => ({
      className,
      configName: instances.find((instance) => instance === configName) ?? instances[0] ?? null,
    })),
    applications: [...new Set(others.flatMap((executor) => executor.application ?? []))],
  }
}

export function versionLabel({ version, versionStart }: LiveExecutor): string {
  if (version !== '') return version
  return versionStart === '' ? '(not told)' : `${versionStart}…`
}
