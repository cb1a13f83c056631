import type { Context } from '../../../context.ts'
import { type CaseResult, toCaseJson } from '../../../core/testing/case-result.ts'
import type { TestCase } from '../../../core/testing/test-case.ts'
import { renderPhrase } from '../../../core/words/command-line.ts'
import { isJsonOutput, type OutputFlags } from '../../../frame/output-format.ts'
import { createStyle } from '../../../render/style.ts'
import { caseLines } from '../../../render/testing/case-lines.ts'
import {
  initialTestsModel,
  summaryLine,
  type TestsMessage,
  testsHeartbeat,
  updateTests,
  viewTests,
} from '../../../render/testing/tests-view.ts'
import { toJsonLine, toJsonText } from '../../../render/to-json.ts'
import type { Output } from '../../../terminal/terminal.ts'

/** How a run is shown while it goes on, and when it is over. */
export interface TestPresenter {
  begin(test: TestCase): void
  /** What a case does now. */
  tell(test: TestCase, activity: string): void
  /** Resolves when the reader can take more. */
  end(result: CaseResult): Promise<void>
  /** All of them, in the order of the files. */
  close(results: readonly CaseResult[]): Promise<void>
}

/** JSON on stdout; else a live picture where it can be drawn, or a line for each case. */
export function createTestPresenter(context: Context, flags: OutputFlags, total: number): TestPresenter {
  const { stdout, stderr } = context.terminal
  if (!isJsonOutput(flags)) return createLines(context, stdout, total)
  const json = createJson(context, flags)
  // Where both are one screen JSON has it alone.
  const isSeen = stderr.canRedraw && !stdout.isTerminal
  return isSeen ? both(createLines(context, stderr, total), json) : json
}

function both(one: TestPresenter, other: TestPresenter): TestPresenter {
  return {
    ...one,
    end: async (result) => void (await Promise.all([one.end(result), other.end(result)])),
    close: async (results) => {
      await one.close(results)
      await other.close(results)
    },
  }
}

function createJson({ terminal, databaseFlags }: Context, { output }: OutputFlags): TestPresenter {
  const toJson = (result: CaseResult) => toCaseJson(result, (advice) => renderPhrase(advice, databaseFlags))
  return {
    begin: () => {},
    tell: () => {},
    end: async (result) => {
      if (output === 'jsonl') await terminal.print(toJsonLine(toJson(result)))
    },
    close: async (results) => {
      if (output === 'json') await terminal.print(toJsonText(results.map(toJson)))
    },
  }
}

const framesPerSecond = 30
const clockTickMs = 1000
const heartbeatMs = 30_000

/** What is over stands above, what runs below it, where that can be drawn again. */
function createLines(context: Context, output: Output, total: number): TestPresenter {
  const { now, databaseFlags } = context
  const style = createStyle(output.colorLevel)
  const region = output.canRedraw ? context.terminal.liveRegion(output) : undefined
  let model = initialTestsModel(total, now())
  let scheduled: NodeJS.Timeout | undefined
  const frame = () => ({
    ...{ style, databaseFlags, now: now() },
    width: output.isTerminal ? output.columns : Number.POSITIVE_INFINITY,
  })
  const draw = () => {
    clearTimeout(scheduled)
    scheduled = undefined
    region?.render(viewTests(model, { ...frame(), height: output.rows - 1 }))
  }
  const beat = () => {
    if (model.running.size > 0) void output.write(`${testsHeartbeat(model, frame())}\n`)
  }
  const clock = region ? setInterval(draw, clockTickMs) : setInterval(beat, heartbeatMs)
  const stopResize = region ? output.onResize(draw) : () => {}
  const take = (message: TestsMessage) => {
    model = updateTests(model, message)
    if (region) scheduled ??= setTimeout(draw, 1000 / framesPerSecond)
  }
  return {
    begin: (test) => take({ type: 'begins', test, at: now() }),
    tell: (test, activity) => take({ type: 'does', test, activity }),
    end: async (result) => {
      take({ type: 'ended', result })
      const text = caseLines(result, frame()).join('\n')
      if (region) {
        draw()
        return region.printAbove(text)
      }
      clock.refresh()
      await output.write(`${text}\n`)
    },
    close: async () => {
      clearTimeout(scheduled)
      clearInterval(clock)
      stopResize()
      const line = summaryLine(model, frame())
      if (region) region.finish([line])
      else await output.write(`${line}\n`)
    },
  }
}
