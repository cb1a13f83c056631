import { setImmediate as turn } from 'node:timers/promises'
import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { StepRange } from '../../core/step-range.ts'
import type { Store } from '../../core/store.ts'
import { phrase, renderArguments } from '../../core/words/command-line.ts'
import type { Step, WorkflowSummary } from '../../core/workflow.ts'
import { nonNegativeInteger, positiveInteger } from '../../frame/option-parsers.ts'
import { addListOptions, type OutputFlags, printRows } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { withReadStore } from '../../frame/with-store.ts'
import { findWorkflow } from '../../frame/workflow-ids.ts'
import { stepColumns } from '../../render/columns/step-columns.ts'
import { createStyle } from '../../render/style.ts'
import { counted } from '../../render/text.ts'
import { timelineLines } from '../../render/timeline/timeline.ts'
import { toStepJson } from '../../render/to-json.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'

interface StepsFlags extends DatabaseFlags, OutputFlags, StepRange {
  readonly timeline: boolean
}

export function stepsCommand(context: Context): Command {
  const command = new Command('steps')
    .summary('list the recorded steps of a workflow')
    .description('List the recorded steps of a workflow. DBOS records a step when it ends.')
    .argument('<id>', 'an id, the first 8 characters or more of a UUID, or @last')
    .option('--from <step>', 'this one and those after it', nonNegativeInteger)
    .option('--limit <count>', 'at most this many', positiveInteger)
    .option('--last <count>', 'only so many, the last ones', positiveInteger)
    .option('--timeline', 'draw when each one and each child ran, long waits cut short', false)
    .action((id: string, _, command: Command) => runSteps(context, id, command.optsWithGlobals<StepsFlags>()))
  return addListOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

/** More than these share one row anyway. */
const mostChildren = 1000
/** What a person reads of a list, and of each end of a longer one. */
const mostOnScreen = 1000
const shownOfEnds = 20
const pageSize = 1000

async function runSteps(context: Context, id: string, flags: StepsFlags): Promise<void> {
  const { from, limit, last, timeline, output } = flags
  if (last !== undefined && (from ?? limit) !== undefined) {
    throw new CliError('usage', '--last cannot be combined with --from or --limit.', {
      hint: 'leave one of them out',
    })
  }
  const isRange = from !== undefined || limit !== undefined || last !== undefined
  await withReadStore(context, flags, async (store) => {
    const { workflowId } = await findWorkflow(context, store, id)
    const isForPerson = output === 'table' && (timeline || context.terminal.stdout.isTerminal)
    const count = isForPerson && !isRange ? await store.countSteps(workflowId) : 0
    if (timeline && output === 'table') {
      const range = count > mostOnScreen ? { last: mostOnScreen } : { from, limit, last }
      const steps = await store.steps(workflowId, range)
      if (steps.length > 0) {
        if (steps.length < count) noteMore(context, count, `the last ${steps.length}`, steps)
        const children = await store.list({ parentId: workflowId, order: 'oldest', limit: mostChildren })
        return printTimeline(context, steps, children)
      }
    }
    if (count > mostOnScreen) return printEnds(context, store, flags, workflowId, count)
    await printPages(context, store, flags, workflowId)
  })
}

/** A page at a time, so that it takes no more memory for a million; but an array of JSON is one text. */
async function printPages(
  context: Context,
  store: Store,
  flags: StepsFlags,
  workflowId: string,
): Promise<void> {
  const isWhole = flags.output === 'json' || (flags.output === 'table' && context.terminal.stdout.isTerminal)
  const { last, limit = Number.POSITIVE_INFINITY } = flags
  const steps: Step[] = []
  let next = flags.from ?? 0
  for (let printed = 0; printed < limit; ) {
    const range = last === undefined ? { from: next, limit: Math.min(pageSize, limit - printed) } : { last }
    const page = await store.steps(workflowId, range)
    if (context.interrupts.signal.aborted) return
    if (page.length === 0) {
      if (printed === 0 && !isWhole) await print(context, flags, workflowId, [])
      break
    }
    // One list, though it comes in pieces.
    const shown = printed === 0 ? flags : { ...flags, headers: false }
    printed += page.length
    next = (page.at(-1)?.step ?? next) + 1
    if (isWhole) steps.push(...page)
    else await print(context, shown, workflowId, page)
    if (last !== undefined) break
  }
  if (isWhole) await print(context, flags, workflowId, steps)
}

async function printEnds(
  context: Context,
  store: Store,
  flags: StepsFlags,
  workflowId: string,
  count: number,
): Promise<void> {
  const first = await store.steps(workflowId, { limit: shownOfEnds })
  const last = await store.steps(workflowId, { last: shownOfEnds })
  await print(context, flags, workflowId, [...first, ...last])
  noteMore(context, count, `the first ${first.length} and the last ${last.length}`, first)
}

function noteMore(context: Context, count: number, shown: string, steps: readonly Step[]): void {
  const next = renderArguments([], { '--from': (steps.at(-1)?.step ?? 0) + 1, '--limit': mostOnScreen })
  printNotice(
    context,
    phrase`${counted(count, 'step')}, of which ${shown} are shown; ${next} shows others, -o jsonl all.`,
  )
}

function print(
  context: Context,
  flags: StepsFlags,
  workflowId: string,
  rows: readonly Step[],
): Promise<void> {
  return printRows(context, flags, {
    rows,
    columns: stepColumns,
    toJson: toStepJson,
    toId: ({ step }) => String(step),
    empty: `${workflowId} has recorded no step yet.`,
  })
}

const linesAtOnce = 1000

/** Who asks it to stop is heard between pieces. */
async function printTimeline(
  { terminal, now, interrupts }: Context,
  steps: readonly Step[],
  children: readonly WorkflowSummary[],
): Promise<void> {
  const { colorLevel, columns } = terminal.stdout
  const frame = { style: createStyle(colorLevel), width: columns, now: now() }
  let piece: string[] = []
  for (const line of timelineLines(steps, frame, children)) {
    piece.push(line)
    if (piece.length < linesAtOnce) continue
    await turn()
    if (interrupts.signal.aborted) return
    await terminal.print(piece.join('\n'))
    piece = []
  }
  if (piece.length > 0) await terminal.print(piece.join('\n'))
}
