import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { RetentionPlace, RetentionPlan } from '../../core/manage/retention.ts'
import type { Store } from '../../core/store.ts'
import { command } from '../../core/words/command-line.ts'
import { parseRate } from '../../core/words/rate.ts'
import { parseTime } from '../../core/words/time.ts'
import { confirm } from '../../frame/confirm.ts'
import { interruptCode } from '../../frame/interrupt.ts'
import { nonNegativeInteger } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags, printOne } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { addSignatureOptions, type SignatureFlags } from '../../frame/record/sign.ts'
import { withStore } from '../../frame/with-store.ts'
import { describeRetention, retentionProgress } from '../../render/manage/retention-text.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { createGentlePace } from './gentle-pace.ts'

interface RetainFlags extends DatabaseFlags, OutputFlags, SignatureFlags {
  readonly keep?: number
  readonly olderThan?: string
  readonly dryRun: boolean
  readonly yes: boolean
  /** How many a second. */
  readonly rate?: number
}

export function retainCommand(context: Context): Command {
  const command = new Command('retain')
    .summary('delete what ended long ago, but for the newest')
    .description(
      'Delete workflows that have ended, with all that was recorded of them: those that ended before --older-than and are not among the --keep newest. Small batches, and a rest after each as long as it took, leave workers their pace. What has not ended is never touched, nor what a workflow that goes on has started. It can be interrupted at any time; the same command goes on.',
    )
    .option('--keep <count>', 'so many that ended last stay in any case', nonNegativeInteger)
    .option('--older-than <time>', 'only what ended longer ago than this, such as 30d, or before this date')
    .option('--dry-run', 'say what would be deleted, and do nothing', false)
    .option('--yes', 'do not ask', false)
    .option('--rate <count/unit>', 'this fast instead: 500/s', parseRate)
    .action((_, command: Command) => runRetain(context, command.optsWithGlobals<RetainFlags>()))
  addSignatureOptions(command)
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runRetain(context: Context, flags: RetainFlags): Promise<void> {
  const { keep, olderThan } = flags
  if (keep === undefined || olderThan === undefined) {
    throw new CliError('usage', 'Say both how many to keep, and how old what is deleted has to be.', {
      hint: command('retain', [], { '--keep': keep ?? 100_000, '--older-than': olderThan ?? '30d' }),
    })
  }
  const endedBefore = parseTime(olderThan, context.now())
  await withStore(context, flags, async (store) => {
    const plan = await store.planRetention({ keep, endedBefore })
    const { label } = store.database
    printNotice(context, ...describeRetention(plan, { keep, endedBefore, label }))
    let deleted = 0
    if (!flags.dryRun && plan.boundary && plan.workflows > 0) {
      const what = `Delete ${plan.workflows.toLocaleString('en')} workflows`
      await confirm(context, store, { what, question: `${what} in ${label}?` }, flags.yes)
      deleted = await deleteAll(context, store, plan, plan.boundary, flags)
    }
    const { boundary, workflows, ended, weight, isEstimate } = plan
    const json = { endedBefore: boundary, ended, workflows, ...weight, isEstimate, deleted }
    await printOne(context, flags, { json })
    if (context.interrupts.signal.aborted) context.exitWith(interruptCode(context))
  })
}

/** Batch after batch, until nothing is left or somebody interrupts it. Resolves to how many were deleted. */
async function deleteAll(
  context: Context,
  store: Store,
  { workflows }: RetentionPlan,
  boundary: Date,
  { rate }: RetainFlags,
): Promise<number> {
  const { terminal, interrupts } = context
  const { stderr } = terminal
  const region = stderr.canRedraw ? terminal.liveRegion(stderr) : undefined
  const pace = createGentlePace(context, rate)
  const beganMs = context.now().getTime()
  let deleted = 0
  let from: RetentionPlace | undefined
  try {
    do {
      const batch = await pace.run((limit) => store.deleteEnded({ boundary, limit, from }))
      deleted += batch.deleted
      from = batch.next
      const elapsedMs = context.now().getTime() - beganMs
      region?.render([retentionProgress({ deleted, workflows, elapsedMs }, stderr.columns)])
    } while (from !== undefined && !interrupts.signal.aborted)
  } finally {
    region?.finish([])
  }
  const count = deleted.toLocaleString('en')
  printNotice(
    context,
    interrupts.signal.aborted
      ? `Interrupted: ${count} deleted; the same command goes on.`
      : `${count} deleted. Autovacuum gives the space back to the tables.`,
  )
  return deleted
}
