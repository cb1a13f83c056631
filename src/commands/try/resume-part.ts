import { internalQueue } from '../../core/dbos-names.ts'
import { CliError } from '../../core/errors.ts'
import { latestVersionOf } from '../../core/platform.ts'
import { holdAfterTaskVariable } from '../../core/run/demo-variables.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { isJsonObject } from '../../core/words/json.ts'
import type { JsonValue } from '../../core/workflow.ts'
import { follow } from '../../frame/follow/follow-workflows.ts'
import { createWorkers } from './demo-workers.ts'
import { type PublishCounters, readCounters } from './publish-counters.ts'
import { demoApp, type Part, type Tour } from './tour.ts'

const demoApplication = 'drover-demo'
const tasks = 20
const killAt = 8

/** A worker is killed half-way, the next one finishes, and the count shows that nothing was lost. */
export const resumePart: Part = {
  title: 'Crashes: a worker dies, the next one goes on',
  run: async (tour) => {
    const { context, store, nameWorkflow, say, show, stopRuntime } = tour
    const workflowId = nameWorkflow('resume')
    // A version of their own keeps these workers apart from those of another demo on the same database.
    const version = workflowId
    const latest = latestVersionOf(await store.versions(), demoApplication)
    await stopRuntime()
    await say(`A worker publishes ${tasks} messages. It is killed after ${killAt} of them, with SIGKILL.`)
    await show(command('worker', [], { '--app': demoApp, '--app-version': version }))
    const start = { '--id': workflowId, '--app-version': version }
    await show(command('start', ['publishWorkflow', String(tasks)], start))
    await store.start({
      name: 'publishWorkflow',
      workflowId,
      args: [tasks],
      queue: internalQueue,
      application: demoApplication,
      version,
    })
    const workers = createWorkers(tour, version)
    workers.start({ [holdAfterTaskVariable]: String(killAt) })
    let isKilled = false
    try {
      const outcome = await follow(context, store, {
        workflowIds: [workflowId],
        output: context.terminal.stdout,
        format: 'picture',
        signal: workers.endedByThemselves,
        onChange: async (change) => {
          if (isKilled || change.type !== 'event' || change.key !== 'progress') return false
          if (doneOf(change.value) < killAt) return false
          isKilled = true
          await workers.end('SIGKILL')
          await say(killedSentence(await readCounters(store, workflowId)))
          workers.start()
          return false
        },
      })
      if (outcome.reason === 'stopped' && workers.endedByThemselves.aborted) throw workerEnded(version)
      await sayCount(tour, workflowId, outcome.workflows.get(workflowId)?.output ?? null)
    } finally {
      await workers.end('SIGTERM')
      if (latest !== undefined) await store.promoteVersion(latest)
    }
  },
}

function workerEnded(version: string): CliError {
  return new CliError('app-crashed', 'The worker of the demo ended by itself.', {
    hint: phrase`${command('worker', [], { '--app': demoApp, '--app-version': version })}   # shows why`,
  })
}

function doneOf(progress: JsonValue): number {
  const done = isJsonObject(progress) ? progress.done : undefined
  return typeof done === 'number' ? done : 0
}

function killedSentence({ inMemory, durable }: PublishCounters): string {
  const counted = inMemory[0]?.to ?? 0
  return `The worker was killed. The ${counted} that it counted in memory are gone, the ${durable} results in the database are not. Here is the next one, which counts from 0.`
}

async function sayCount({ store, say, shout }: Tour, workflowId: string, output: JsonValue): Promise<void> {
  if (!isJsonObject(output)) return
  const executors = isJsonObject(output.publishedByExecutor ?? null)
    ? Object.values(output.publishedByExecutor as object)
    : []
  const shares = executors.join(' + ')
  await shout(`${output.published} of ${output.tasks} published (${shares}); nothing was lost.`)
  const counters = await readCounters(store, workflowId)
  const ranges = counters.inMemory.map(({ from, to }) => `from ${from} to ${to}`)
  await say(
    `In memory the workers counted ${ranges.join(', then ')}; the database counts ${counters.durable} results.`,
  )
  await say(attemptsSentence(counters))
}

/** Those that were begun once are counted, the others named: they ran when the worker died. */
function attemptsSentence({ workflowAttempts, tasksByAttempts }: PublishCounters): string {
  const groups = [...tasksByAttempts].map(([attempts, numbers]) =>
    attempts > 1
      ? `${attempts} for ${numbers.length === 1 ? 'task' : 'tasks'} ${numbers.join(', ')}`
      : `${attempts} for ${tasksByAttempts.size === 1 ? 'all' : 'the other'} ${numbers.length} tasks`,
  )
  return `Attempts: ${[`${workflowAttempts} for the workflow`, ...groups].join('; ')}.`
}
