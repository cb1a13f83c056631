import type { Context } from '../../../context.ts'
import { exitCodes } from '../../../core/exit-codes.ts'
import type { Store } from '../../../core/store.ts'
import { command, type Phrase, phrase } from '../../../core/words/command-line.ts'
import type { Workflow } from '../../../core/workflow.ts'
import { type FollowOutcome, follow } from '../../../frame/follow/follow-workflows.ts'
import { hasReaderLeft, interruptCode } from '../../../frame/interrupt.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { describeMissing, requireStream } from './missing-stream.ts'
import { advance, describeEnd, type Ending, type Progress, startOf } from './report.ts'
import type { StreamRequest } from './snapshot.ts'

interface TailRequest extends StreamRequest {
  readonly timeoutMs: number | undefined
}

/** Prints what is there and what comes, until the named streams are closed or the workflow ends. */
export async function tail(context: Context, store: Store, request: TailRequest): Promise<void> {
  const { workflow, streams, keys, starts, print, timeoutMs } = request
  const progress = new Map<string, Progress>(streams.map(({ key }) => [key, startOf(key, starts)]))
  const closed = new Set<string>()
  const isWanted = (key: string) => keys.length === 0 || keys.includes(key)
  const hasAppeared = (key: string) => progress.has(key)
  const left = new AbortController()
  const warning = warnOfOtherKeys(context, store, request, hasAppeared, left.signal)
  const outcome = await follow(context, store, {
    workflowIds: [workflow.workflowId],
    output: context.terminal.stdout,
    format: 'quiet',
    timeoutMs,
    types: ['status', 'stream', 'stream-closed'],
    streamKeys: keys.length > 0 ? keys : undefined,
    streamStarts: starts,
    onChange: async (change) => {
      if (change.type === 'stream') {
        await print.take([change])
        closed.delete(change.key)
        progress.set(change.key, advance(progress.get(change.key) ?? startOf(change.key, starts), [change]))
      }
      if (change.type !== 'stream-closed') return false
      closed.add(change.key)
      progress.set(change.key, progress.get(change.key) ?? startOf(change.key, starts))
      return keys.length > 0 && keys.every((key) => closed.has(key))
    },
  }).finally(() => left.abort())
  await warning
  setExitCode(context, outcome)
  if (hasReaderLeft(context)) return
  await print.end()
  for (const [key, reached] of progress) {
    if (!isWanted(key)) continue
    const ending = closed.has(key) ? ({ reason: 'closed' } as const) : endingOf(workflow, outcome)
    printNotice(context, describeEnd(workflow, key, reached, ending))
  }
  const missing = keys.filter((key) => !progress.has(key))
  if (outcome.reason === 'ended') {
    const present = missing.length > 0 ? await store.streamKeys(workflow.workflowId) : []
    for (const key of missing) requireStream(workflow, present, key)
  }
  const { workflowId } = workflow
  for (const key of missing)
    printNotice(context, phrase`${workflowId} has no stream "${key}" yet; ${comeBack(workflowId, key)}`)
  if (progress.size > 0 || missing.length > 0) return
  const hasEnded = outcome.reason === 'ended'
  printNotice(
    context,
    hasEnded
      ? `${workflowId} has streamed nothing.`
      : phrase`${workflowId} has streamed nothing yet; ${comeBack(workflowId)}`,
  )
}

function comeBack(workflowId: string, ...keys: readonly string[]): Phrase {
  return phrase`to come back: ${command('stream', [workflowId, ...keys], { '--follow': true })}`
}

function endingOf({ workflowId }: Workflow, { reason, workflows }: FollowOutcome): Ending {
  const status = workflows.get(workflowId)?.status
  if (reason === 'ended' && status) return { reason, status }
  return { reason: 'open', why: reason === 'timed-out' ? 'time ran out' : 'detached' }
}

function setExitCode(context: Context, { reason }: FollowOutcome): void {
  if (reason === 'timed-out') context.exitWith(exitCodes['timed-out'].code)
  if (reason === 'interrupted') context.exitWith(interruptCode(context))
}

const lookAgainMs = 1000

/** Says once of each key that has not appeared which others there are, at once or as soon as there are any. */
async function warnOfOtherKeys(
  context: Context,
  store: Store,
  { workflow, streams, keys }: StreamRequest,
  hasAppeared: (key: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  let present = streams.map(({ key }) => key)
  while (!signal.aborted && !keys.every(hasAppeared)) {
    const warnings = keys.flatMap((key) => describeMissing(workflow, present, key) ?? [])
    for (const warning of warnings) printNotice(context, warning)
    if (present.length > 0) return
    await context.sleep(lookAgainMs, signal)
    if (signal.aborted) return
    // While the database is away the follower tells; here it is only asked again.
    present = (await store.streamKeys(workflow.workflowId).catch(() => [])).map(({ key }) => key)
  }
}
