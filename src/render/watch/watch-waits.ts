import { answerCommand, describeQuestion } from '../../core/decide/question-words.ts'
import { command } from '../../core/words/command-line.ts'
import type { Wait } from '../../core/workflow.ts'
import { commandBlock, commandLines } from '../command-lines.ts'
import { contentWidth, gutterWidth, type Viewport, withLabel } from '../gutter.ts'
import { displayWidth, escapeName, shortExecutor, truncate } from '../text.ts'
import { formatCountdown, formatElapsed } from '../time-text.ts'
import { childTree } from './child-tree.ts'
import { priorities, type Section, solid } from './section.ts'
import type { WatchedWorkflow, WatchModel } from './watch-model.ts'

/** The waits of a workflow and of all below it, each with the command that answers. */
export function waitSections(
  { workflows }: WatchModel,
  workflow: WatchedWorkflow,
  frame: Viewport,
): Section[] {
  const family = [workflow, ...childTree(workflows, workflow).map(({ child }) => child)]
  return family.flatMap(({ waits, workflowId, name }) =>
    waits.map((wait) => {
      const whose = workflowId === workflow.workflowId ? '' : `${escapeName(name)}: `
      return solid(priorities.waits, waitLines(wait, whose, frame))
    }),
  )
}

/** Who held it is not connected: nothing goes on before somebody takes it over. */
export function stuckSection(
  { strandedIds }: WatchModel,
  { workflowId, summary }: WatchedWorkflow,
  frame: Viewport,
): Section[] {
  if (summary?.status !== 'PENDING' || !strandedIds.includes(workflowId)) return []
  const width = contentWidth(frame)
  const text = `executor ${shortExecutor(summary.executorId ?? '')} is not connected`
  const takeOver = command('recover', [workflowId])
  const [first = '', ...more] = commandLines(takeOver, frame, width)
  const said = frame.style.bad(truncate(text, width))
  const fits = more.length === 0 && displayWidth(text) + displayWidth(first) + 3 <= width
  const drawn = fits
    ? withLabel('stuck', [`${said}   ${frame.style.command(first)}`], frame)
    : [
        ...withLabel('stuck', [said], frame),
        ...commandBlock(takeOver, frame, [gutterWidth(frame.width), 2, 0]).map(frame.style.command),
      ]
  return [solid(priorities.waits, drawn)]
}

function waitLines(wait: Wait, whose: string, frame: Viewport): string[] {
  const text = withLabel('waits', questionLines(wait, whose, frame, contentWidth(frame)), frame)
  return [...text, ...answerLines(wait, frame, [gutterWidth(frame.width), 2, 0])]
}

/** What is asked, since when and until when. */
export function questionLines(wait: Wait, whose: string, { style, now }: Viewport, width: number): string[] {
  const deadline = wait.until ? `, ${formatCountdown(wait.until, now)}` : ''
  const since = `for ${formatElapsed(now.getTime() - wait.since.getTime())}${deadline}`
  const question = `${whose}${describeQuestion(wait)}`
  const fitsOneLine = displayWidth(question) + displayWidth(since) + 2 <= width
  const text = fitsOneLine
    ? [`${style.warning(question)}  ${style.faint(since)}`]
    : [style.warning(truncate(question, width)), style.faint(truncate(since, width))]
  return wait.state === 'answered' ? [...text, style.good(truncate('answered, not read yet', width))] : text
}

/** The command that answers, behind the first margin that leaves it whole; else it goes on in the next line, as a shell takes it. */
export function answerLines(wait: Wait, frame: Viewport, margins: readonly number[]): string[] {
  if (wait.state === 'answered') return []
  return commandBlock(answerCommand(wait), frame, margins).map((line) => frame.style.command(line))
}
