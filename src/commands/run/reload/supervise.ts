import type { Context } from '../../../context.ts'
import { type ExitCode, exitCodes } from '../../../core/exit-codes.ts'
import type { FileWatch, ReloadChild, Reloading, ReloadOrder } from '../../../core/run/reload.ts'
import { timeoutSignal } from '../../../core/words/long-timer.ts'
import { hasReaderLeft, interruptCode } from '../../../frame/interrupt.ts'
import { printNotice } from '../../../frame/print-notice.ts'

interface Supervision {
  readonly reloading: Reloading
  readonly watch: FileWatch
  /** Of the first process. */
  readonly order: ReloadOrder
  readonly stdin: string | undefined
}

type End = Awaited<ReloadChild['exited']>

/** Starts a process, and the next one after each change, until somebody stops it or there is nothing left to go on with. */
export async function supervise(context: Context, given: Supervision): Promise<void> {
  const { reloading, watch, stdin } = given
  const { signal } = context.interrupts
  let { order } = given
  let hasBeenReady = false
  for (;;) {
    watch.begin()
    const child = reloading.start(order, stdin, watch.add)
    const { end, change: seen } = await untilEnd(context, child, watch)
    hasBeenReady ||= child.hasReached('ready')
    if (signal.aborted) return context.exitWith(stoppedCode(context, order, seen ? undefined : end))
    if (child.hasReached('settled') || (!seen && !hasBeenReady && !mayMend(child, end)))
      return context.exitWith(toExitCode(end))
    const change = seen ?? (await untilMended(context, { child, end, watch, order }))
    if (!change) {
      if (signal.aborted) return context.exitWith(stoppedCode(context, order))
      printNotice(context, 'Time ran out, and this process stops.')
      return context.exitWith(exitCodes['timed-out'].code)
    }
    order = { ...order, change, run: order.run && { ...order.run, isBegun: hasBegun(order, child) } }
  }
}

/** How a process ended, and the change that it was to make room for. Who asks this process to stop asks that one. */
async function untilEnd(context: Context, child: ReloadChild, watch: FileWatch) {
  const { signal } = context.interrupts
  const over = new AbortController()
  const ended = child.exited.finally(() => over.abort())
  const stop = () => child.kill(hasReaderLeft(context) ? 'SIGTERM' : signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (signal.aborted) stop()
    const change = await watch.next(AbortSignal.any([signal, over.signal]))
    if (change) child.makeRoom()
    return { end: await ended, change }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

interface Ended {
  readonly child: ReloadChild
  readonly end: End
  readonly watch: FileWatch
  readonly order: ReloadOrder
}

/** What went wrong stays on the screen. Undefined when somebody stops this process, or the time is over. */
async function untilMended(context: Context, { child, end, watch, order }: Ended) {
  const how = end.signal === null ? `ended with exit code ${end.code}` : `was ended by ${end.signal}`
  const isToldWhy = end.signal === null && !child.hasReached('ready')
  if (!isToldWhy) printNotice(context, `The application ${how}.`)
  printNotice(context, 'The next change starts it again; ctrl-c ends.')
  watch.widen()
  const deadline = order.run?.deadline ?? null
  const signals = [context.interrupts.signal]
  if (deadline !== null) signals.push(timeoutSignal(Math.max(0, deadline - context.now().getTime())))
  return watch.next(AbortSignal.any(signals))
}

function hasBegun({ run }: ReloadOrder, child: ReloadChild): boolean {
  return run?.isBegun || child.hasReached('begun')
}

/** Whether another text of the files might start where this one did not: what the command line is wrong about stays. */
function mayMend(child: ReloadChild, { code }: End): boolean {
  if (!child.hasReached('loaded')) return child.hasLoadedAny()
  if (code === exitCodes.unavailable.code || code === exitCodes.permission.code) return false
  return child.hasReached('launching') || code === exitCodes.bug.code
}

/** As without `--reload`; where no process was left that would give its own, what it would have been. */
function stoppedCode(context: Context, { run }: ReloadOrder, end?: End): ExitCode {
  if (hasReaderLeft(context)) return exitCodes.ok.code
  if (end) return toExitCode(end)
  return run ? interruptCode(context) : exitCodes.ok.code
}

const codeBySignal: Record<string, ExitCode> = {
  SIGINT: exitCodes.interrupted.code,
  SIGHUP: exitCodes['hung-up'].code,
  SIGTERM: exitCodes.terminated.code,
}

function toExitCode({ code, signal }: End): ExitCode {
  const known = Object.values(exitCodes).find((one) => one.code === code)
  return known?.code ?? codeBySignal[signal ?? ''] ?? exitCodes.bug.code
}
