import type { Context } from '../../../context.ts'
import type { Store } from '../../../core/store.ts'
import type { Phrase } from '../../../core/words/command-line.ts'
import { isEnded, type StreamKey, type StreamValue, type Workflow } from '../../../core/workflow.ts'
import { hasReaderLeft, interruptCode } from '../../../frame/interrupt.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import type { Printer } from './printer.ts'
import { advance, describeEnd, type Ending, type Progress, startOf } from './report.ts'

export interface StreamRequest {
  readonly workflow: Workflow
  /** What there is now. */
  readonly streams: readonly StreamKey[]
  /** What was asked for; all when empty. */
  readonly keys: readonly string[]
  readonly starts: ReadonlyMap<string, number>
  readonly print: Printer
}

/** Prints what is there now, one stream after another. */
export async function printSnapshot(
  context: Context,
  store: Store,
  { workflow, streams, keys, starts, print }: StreamRequest,
): Promise<void> {
  const { signal } = context.interrupts
  const { workflowId, status } = workflow
  const chosen = streams.filter(({ key }) => keys.length === 0 || keys.includes(key))
  const endings: Phrase[] = []
  for (const { key, closed } of chosen) {
    const start = startOf(key, starts)
    const onNotice = (notice: string) => printNotice(context, notice)
    const options = { from: start.nextOffset, signal, onNotice }
    const progress = await (print.takeTexts
      ? printAll(
          store.streamTexts(workflowId, key, options),
          print.takeTexts({ workflowId, key }),
          start,
          signal,
        )
      : printAll(store.streamValues(workflowId, key, options), print.take, start, signal))
    if (signal.aborted) {
      endings.push(describeEnd(workflow, key, progress, { reason: 'open' }))
      break
    }
    const ending: Ending = closed
      ? { reason: 'closed' }
      : isEnded(status)
        ? { reason: 'ended', status }
        : { reason: 'open' }
    endings.push(describeEnd(workflow, key, progress, ending))
  }
  if (signal.aborted) context.exitWith(interruptCode(context))
  if (hasReaderLeft(context)) return
  await print.end()
  if (chosen.length === 0)
    printNotice(context, `${workflowId} has streamed nothing${isEnded(status) ? '' : ' yet'}.`)
  for (const ending of endings) printNotice(context, ending)
}

async function printAll<Value extends Pick<StreamValue, 'offset'>>(
  pieces: AsyncIterable<readonly Value[]>,
  take: (values: readonly Value[]) => Promise<void>,
  start: Progress,
  signal: AbortSignal,
): Promise<Progress> {
  let progress = start
  for await (const values of pieces) {
    await take(values)
    progress = advance(progress, values)
    if (signal.aborted) break
  }
  return progress
}
