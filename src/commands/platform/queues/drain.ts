import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { CliError } from '../../../core/errors.ts'
import type { Queue } from '../../../core/platform.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import type { OutputFlags } from '../../../frame/output-format.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { createTimeLimit } from '../../../frame/time-limit.ts'
import { withStore } from '../../../frame/with-store.ts'
import { escapeName, truncate } from '../../../render/text.ts'
import type { DatabaseFlags } from '../../../settings/settings.ts'
import { findQueue, printQueue } from './find-queue.ts'

interface DrainFlags extends DatabaseFlags, OutputFlags {
  readonly running: boolean
  readonly timeout?: string
}

export function drainCommand(context: Context): Command {
  return new Command('drain')
    .summary('wait until nothing waits or runs on a queue')
    .description(
      'Wait until nothing is enqueued, delayed or running on a queue; nothing is changed. A queue that is paused never empties (exit 9), but what runs on it ends: --running.',
    )
    .argument('<queue>')
    .option('--running', 'wait only for what runs', false)
    .option('--timeout <duration>', 'give up after this long (exit 124)')
    .action((name: string, _, command: Command) =>
      runDrain(context, name, command.optsWithGlobals<DrainFlags>()),
    )
}

async function runDrain(context: Context, name: string, flags: DrainFlags): Promise<void> {
  const limit = createTimeLimit(context, flags.timeout, { isEndless: true })
  const progress = createProgress(context)
  await withStore(
    context,
    flags,
    async (store) => {
      try {
        const queue = await limit.retry(async () => {
          const found = await findQueue(context, store, name)
          const left = describeLeft(found, flags)
          if (left === '') return found
          if (isStopped(found, flags)) throw neverEmpties(found)
          progress.show(`${name}: ${left}`)
          throw new CliError(
            'timed-out',
            `The queue ${name} is not ${flags.running ? 'idle' : 'empty'}: ${left}.`,
            { hint: command('list', [], { '--queue': name }), isTransient: true },
          )
        })
        progress.stop()
        printNotice(context, flags.running ? `Nothing runs on ${name}.` : `The queue ${name} is empty.`)
        await printQueue(context, flags, queue)
      } finally {
        progress.stop()
      }
    },
    { limit, isFollowed: true },
  )
}

/** `3 wait, 1 runs`; empty where there is nothing left to wait for. */
function describeLeft({ enqueued, running, delayed }: Queue, flags: Pick<DrainFlags, 'running'>): string {
  const parts = [
    flags.running || enqueued === 0 ? [] : [`${enqueued} ${enqueued === 1 ? 'waits' : 'wait'}`],
    running === 0 ? [] : [`${running} ${running === 1 ? 'runs' : 'run'}`],
    flags.running || delayed === 0 ? [] : [`${delayed} ${delayed === 1 ? 'is' : 'are'} delayed`],
  ]
  return parts.flat().join(', ')
}

function isStopped({ pause, enqueued, delayed }: Queue, { running }: Pick<DrainFlags, 'running'>): boolean {
  return pause !== null && !pause.isOver && !running && enqueued + delayed > 0
}

function neverEmpties({ name }: Queue): CliError {
  return new CliError('condition-not-met', `The queue ${name} is paused: what waits on it stays there.`, {
    hint: phrase`${command('queues resume', [name])}, or ${command('queues drain', [name], { '--running': true })}`,
  })
}

interface Progress {
  show(line: string): void
  stop(): void
}

const heartbeatMs = 30_000

/** On a terminal a line that changes; elsewhere one from time to time. What is first seen is told by the time limit. */
function createProgress(context: Context): Progress {
  const { terminal } = context
  const { stderr } = terminal
  let isFirst = true
  let region: ReturnType<typeof terminal.liveRegion> | undefined
  let saidAtMs = context.now().getTime()
  return {
    show: (line) => {
      if (!stderr.canRedraw) {
        const nowMs = context.now().getTime()
        if (nowMs - saidAtMs < heartbeatMs) return
        saidAtMs = nowMs
        return printNotice(context, line)
      }
      if (!isFirst) {
        region ??= terminal.liveRegion(stderr)
        region.render([truncate(escapeName(line), stderr.columns)])
      }
      isFirst = false
    },
    stop: () => {
      region?.finish([])
      region = undefined
    },
  }
}
