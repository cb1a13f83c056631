import type { Context } from '../../context.ts'
import type { Change } from '../../core/change.ts'
import { githubCommand } from '../../render/ci/github.ts'
import { createStyle } from '../../render/style.ts'
import { escapeName } from '../../render/text.ts'
import { toChangeJson, toJsonLine } from '../../render/to-json.ts'
import { changeLine, heartbeatLine } from '../../render/watch/change-line.ts'
import {
  initialWatchModel,
  update,
  view,
  type WatchMessage,
  type WatchModel,
} from '../../render/watch/watch-view.ts'
import type { Output } from '../../terminal/terminal.ts'
import { printNotice } from '../print-notice.ts'
import { isGitHubActions } from './ci-report.ts'

/** One of three ways to show the same feed of changes. */
export interface Presenter {
  /** Resolves when the reader can take more. */
  show(change: Change): Promise<void> | void
  notice(text: string): void
  /** Those of the workflows whose executors are not connected; undefined where nobody would see it. */
  readonly stranded?: (workflowIds: readonly string[]) => void
  close(): void
}

/** What is followed, and how it shall look. */
export interface Presented {
  readonly workflowIds: readonly string[]
  /** Where the picture is drawn; changes as JSON lines go to stdout whatever this says. */
  readonly output: Output
  /** `heartbeat`: only a sign of life now and then; `quiet`: nothing but notices. */
  readonly format: 'picture' | 'jsonl' | 'heartbeat' | 'quiet'
  /** The result is printed on the same screen, once the picture is over. */
  readonly resultFollows?: boolean
  /** Children are told of as well; in the picture each has its steps and its end below it. */
  readonly children?: boolean
}

/** Chosen once: JSON lines, a live region where it can be drawn, else one line per change. */
export function createPresenter(context: Context, request: Presented): Presenter {
  if (request.format === 'jsonl') return jsonLines(context)
  if (request.format === 'quiet') return quiet(context)
  if (request.format === 'heartbeat') return plainLines(context, request, () => false)
  return request.output.canRedraw ? liveRegion(context, request) : plainLines(context, request)
}

function jsonLines({ terminal }: Context): Presenter {
  return {
    show: (change) => terminal.print(toJsonLine(toChangeJson(change))),
    notice: (text) => printNotice({ terminal }, text),
    close: () => {},
  }
}

function quiet({ terminal }: Context): Presenter {
  return { show: () => {}, notice: (text) => printNotice({ terminal }, text), close: () => {} }
}

/** What the picture needs, told by messages, which are taken in as many at once as there are workflows, or when it is asked for. */
function createWatched(workflowIds: readonly string[]) {
  let model = initialWatchModel(workflowIds)
  let untold: WatchMessage[] = []
  const current = (): WatchModel => {
    if (untold.length > 0) model = update(model, ...untold)
    untold = []
    return model
  }
  return {
    current,
    tell: (message: WatchMessage): void => {
      untold.push(message)
      const enough = Math.min(mostAtOnce, Math.max(leastAtOnce, model.workflows.size))
      if (untold.length >= enough) current()
    },
  }
}

const leastAtOnce = 100
const mostAtOnce = 10_000
const framesPerSecond = 30
const clockTickMs = 1000

function liveRegion(
  context: Context,
  { workflowIds, output, resultFollows, children: childSteps }: Presented,
): Presenter {
  const region = context.terminal.liveRegion(output)
  const style = createStyle(output.colorLevel)
  const watched = createWatched(workflowIds)
  let scheduled: NodeJS.Timeout | undefined

  const { databaseFlags } = context
  const draw = (height: number) =>
    view(watched.current(), {
      ...{ style, width: output.columns, height, now: context.now(), databaseFlags },
      ...{ resultFollows, childSteps },
    })
  const render = () => {
    scheduled = undefined
    region.render(draw(output.rows - 1))
  }
  const take = (message: WatchMessage) => {
    watched.tell(message)
    scheduled ??= setTimeout(render, 1000 / framesPerSecond)
  }
  const clock = setInterval(render, clockTickMs)
  const stopResize = output.onResize(render)
  return {
    show: (change) => take({ type: 'change', change }),
    notice: (text) => take({ type: 'notice', text }),
    stranded: (workflowIds) => take({ type: 'stranded', workflowIds }),
    close: () => {
      clearTimeout(scheduled)
      clearInterval(clock)
      stopResize()
      region.finish(draw(Number.POSITIVE_INFINITY))
    },
  }
}

const heartbeatMs = 30_000

/** One appended line per change that `isShown` lets through, and a sign of life when there was none for a while. */
function plainLines(
  context: Context,
  { workflowIds, output, children = false }: Presented,
  isShown: (change: Change) => boolean = () => true,
): Presenter {
  const { now, databaseFlags } = context
  const style = createStyle(output.colorLevel)
  const watched = createWatched(workflowIds)
  const log = isGitHubActions(context) ? groupedLines(context, output, workflowIds) : openLines(output)
  const beat = setInterval(
    () => void log.write(heartbeatLine(watched.current(), { style, now: now() })),
    heartbeatMs,
  )
  return {
    show: (change) => {
      watched.tell({ type: 'change', change })
      if (!isShown(change)) return undefined
      beat.refresh()
      const line = changeLine(change, { style, showId: children || workflowIds.length > 1, databaseFlags })
      return line === undefined ? undefined : log.write(line)
    },
    notice: (text) => printNotice(context, text),
    close: () => {
      clearInterval(beat)
      log.close()
    },
  }
}

interface Lines {
  write(line: string): Promise<void>
  close(): void
}

function openLines(output: Output): Lines {
  return { write: (line) => output.write(`${line}\n`), close: () => {} }
}

/** Folded in GitHub's log, from the first line on. */
function groupedLines(
  { terminal }: Pick<Context, 'terminal'>,
  output: Output,
  workflowIds: readonly string[],
): Lines {
  let isOpen = false
  return {
    write: (line) => {
      if (!isOpen) terminal.tellRunner(output, githubCommand('group', workflowIds.map(escapeName).join(' ')))
      isOpen = true
      return output.write(`${line}\n`)
    },
    close: () => {
      if (isOpen) terminal.tellRunner(output, githubCommand('endgroup', ''))
    },
  }
}
