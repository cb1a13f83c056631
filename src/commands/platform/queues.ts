import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { Queue } from '../../core/platform.ts'
import { listQueues } from '../../core/run/list-queues.ts'
import { command } from '../../core/words/command-line.ts'
import { confirm } from '../../frame/confirm.ts'
import { addListOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { readQueues } from '../../frame/queues/remembered-pauses.ts'
import { addSignatureOptions } from '../../frame/record/sign.ts'
import { withReadStore, withStore } from '../../frame/with-store.ts'
import { listedQueueColumns } from '../../render/columns/platform-columns.ts'
import { toListedQueueJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { settleResult } from './platform-result.ts'
import { addSettings, asTyped, refuseContradiction, type SettingFlags, toSettings } from './queue-settings.ts'
import { drainCommand } from './queues/drain.ts'
import { findQueue, missingQueue, printQueue } from './queues/find-queue.ts'
import { pauseCommand, resumeCommand } from './queues/pause.ts'

interface QueueFlags extends DatabaseFlags, OutputFlags, SettingFlags {
  readonly application?: string
  readonly yes: boolean
}

export function queuesCommand(context: Context): Command {
  const command = addListOptions(new Command('queues'), ['table', 'json', 'jsonl', 'ids'])
    .summary('list registered queues with their depth; pause, resume, drain, set, create, delete')
    .description(
      'List the registered queues: what waits and runs on each, its limits, and how many waited, and the oldest for how long, over the last hour.',
    )
    .action((_, own: Command) => runList(context, own.optsWithGlobals<QueueFlags>()))
  const verbs = [
    ...[pauseCommand(context), resumeCommand(context), drainCommand(context)],
    ...[setCommand(context), createCommand(context), deleteCommand(context)],
  ]
  for (const verb of verbs) command.addCommand(verb.copyInheritedSettings(command))
  return command
}

async function runList(context: Context, flags: QueueFlags): Promise<void> {
  await withReadStore(context, flags, async (store) => {
    await printRows(context, flags, {
      rows: await listQueues(store, () => readQueues(context, store)),
      columns: listedQueueColumns,
      toJson: toListedQueueJson,
      toId: ({ name }) => name,
      empty: `No queue is registered in ${store.database.label}.`,
    })
  })
}

function setCommand(context: Context): Command {
  return addSignatureOptions(addSettings(new Command('set')))
    .summary('change the limits of a queue; workers follow within seconds')
    .argument('<queue>')
    .action((name: string, _, command: Command) =>
      runSet(context, name, command.optsWithGlobals<QueueFlags>()),
    )
}

function createCommand(context: Context): Command {
  return addSignatureOptions(addSettings(new Command('create')))
    .summary('register a queue')
    .argument('<queue>')
    .option('--application <name>', 'its workers alone poll it (else those of every application)')
    .action((name: string, _, command: Command) =>
      runCreate(context, name, command.optsWithGlobals<QueueFlags>()),
    )
}

function deleteCommand(context: Context): Command {
  return addSignatureOptions(new Command('delete'))
    .summary('delete a queue on which nothing waits or runs')
    .argument('<queue>')
    .option('--yes', 'do not ask', false)
    .action((name: string, _, command: Command) =>
      runDelete(context, name, command.optsWithGlobals<QueueFlags>()),
    )
}

async function runSet(context: Context, name: string, flags: QueueFlags): Promise<void> {
  const settings = toSettings(flags)
  if (Object.keys(settings).length === 0) {
    throw new CliError('usage', 'Nothing to set was given.', {
      hint: command('queues set', [], { '--help': true }),
    })
  }
  refuseContradiction('queues set', name, settings)
  await withStore(context, flags, async (store) => {
    refuseContradiction('queues set', name, settings, whenResumed(await findQueue(context, store, name)))
    await settleResult(context, await store.setQueue(name, settings), {
      changed: `The queue ${name} is set.`,
      noOp: `The queue ${name} is set so already.`,
      noOpHint: command('queues'),
      ...missingQueue(store, name),
    })
    await printQueue(context, flags, await findQueue(context, store, name))
  })
}

/** Of a queue that is paused with the limit that it will have. */
function whenResumed(queue: Queue): Queue {
  const { pause, workerConcurrency } = queue
  return {
    ...queue,
    workerConcurrency: pause && !pause.isOver ? (pause.workerConcurrency ?? null) : workerConcurrency,
  }
}

async function runCreate(context: Context, name: string, flags: QueueFlags): Promise<void> {
  const settings = toSettings(flags)
  refuseContradiction('queues create', name, settings)
  await withStore(context, flags, async (store) => {
    await settleResult(context, await store.createQueue(name, flags.application ?? null, settings), {
      changed: `The queue ${name} is registered.`,
      noOp: `There is a queue ${name} already.`,
      noOpHint: command('queues set', [name], asTyped(settings)),
      ...missingQueue(store, name),
    })
    await printQueue(context, flags, await findQueue(context, store, name))
  })
}

async function runDelete(context: Context, name: string, flags: QueueFlags): Promise<void> {
  await withStore(context, flags, async (store) => {
    const queue = await findQueue(context, store, name)
    const what = `Delete the queue ${name}`
    await confirm(context, store, { what, question: `${what} in ${store.database.label}?` }, flags.yes)
    await settleResult(context, await store.deleteQueue(name), {
      changed: `The queue ${name} is deleted.`,
      noOp: `Workflows wait or run on ${name}: they would never be taken again.`,
      noOpHint: command('list', [], {
        '--queue': name,
        '--status': ['ENQUEUED', 'PENDING', 'DELAYED'],
      }),
      ...missingQueue(store, name),
    })
    await printQueue(context, flags, queue)
  })
}
