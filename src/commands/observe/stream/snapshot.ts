import type { Context } from '../../../context.ts'
import type { Store, StreamValuesOptions } from '../../../core/store.ts'
import type { Phrase } from '../../../core/words/command-line.ts'
import { isEnded, type StreamKey, type StreamValue, type Workflow } from '../../../core/workflow.ts'
import { hasReaderLeft, interruptCode } from '../../../frame/interrupt.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import type { Printer } from './printer.ts'
import { advance, describeEnd, type Ending, startOf } from './report.ts'

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
    let progress = startOf(key, starts)
    const from = progress.nextOffset
    const onNotice = (notice: string) => printNotice(context, notice)
    for await (const values of printed(store, { workflowId, key }, { from, signal, onNotice }, print)) {
      progress = advance(progress, values)
      if (signal.aborted) break
    }
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

/** Each batch once it is printed. */
async function* printed(
  store: Store,
  stream: Pick<StreamValue, 'workflowId' | 'key'>,
  options: StreamValuesOptions,
  { take, takeTexts }: Printer,
): AsyncGenerator<readonly Pick<StreamValue, 'offset'>[]> {
  const { workflowId, key } = stream
  if (!takeTexts) {
    for await (const values of store.streamValues(workflowId, key, options)) {
      await take(values)
      yield values
    }
    return
  }
  for await (const texts of store.streamTexts(workflowId, key, options)) {
    await takeTexts(stream, texts)
    yield texts
  }
}
