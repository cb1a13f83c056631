import { Command } from 'commander'
import type { Context } from '../../../context.ts'
import type { RecoveredRow } from '../../../core/diagnosis/recovery.ts'
import { CliError } from '../../../core/errors.ts'
import { exitCodes, worstExitCode } from '../../../core/exit-codes.ts'
import { recoverRound } from '../../../core/recover/recover-round.ts'
import type { Store } from '../../../core/store.ts'
import { parseDuration } from '../../../core/words/duration.ts'
import { confirm } from '../../../frame/confirm.ts'
import { repeatable } from '../../../frame/option-parsers.ts'
import { addOutputOptions, printRows } from '../../../frame/output-format.ts'
import { surroundingsOf } from '../../../frame/print-explanation.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import type { LentStore } from '../../../frame/profile/change-guard.ts'
import { addSignatureOptions } from '../../../frame/record/sign.ts'
import { withStore } from '../../../frame/with-store.ts'
import { nothingOnStdin, readIdsToChange } from '../../../frame/workflow-ids.ts'
import { recoveredColumns } from '../../../render/columns/recovered-columns.ts'
import { createStyle } from '../../../render/style.ts'
import { renderTable } from '../../../render/table.ts'
import { counted } from '../../../render/text.ts'
import { toRecoveredJson } from '../../../render/to-json.ts'
import { explainFinding, explainUnclaimed } from './explain-finding.ts'
import { findNamedDead } from './named-dead.ts'
import type { RecoverFlags, RoundRequest } from './recover-request.ts'

export function recoverCommand(context: Context): Command {
  const command = new Command('recover')
    .summary('hand what dead executors left to living ones')
    .description(
      'Find PENDING workflows whose executor is gone, show the evidence, and hand them to living workers. What a living executor runs is never touched. With --to-version also what is enqueued for a version that nobody runs.',
    )
    .argument('[id...]', 'only these workflows; - reads ids from stdin')
    .option('--dry-run', 'show what was found, and do nothing', false)
    .addOption(
      repeatable(
        '--gone <executor>',
        'you know that this executor is gone, though sessions of unknown owners live there; repeatable',
      ),
    )
    .addOption(repeatable('--application <name>', 'only workflows of this application; repeatable'))
    .option(
      '--to-version <version>',
      'hand them, and what is enqueued, to workers of this version, or latest, where nobody runs theirs',
    )
    .option('--grace <duration>', 'look twice, this far apart', '3s')
    .option('--watch', 'go on until ctrl-c', false)
    .option('--every <duration>', 'with --watch: how often', '30s')
    .option('--yes', 'with --to-version: do not ask', false)
    .action((ids: string[], _, command: Command) =>
      runRecover(context, ids, command.optsWithGlobals<RecoverFlags>()),
    )
  addSignatureOptions(command)
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runRecover(context: Context, typed: readonly string[], flags: RecoverFlags): Promise<void> {
  const everyMs = parseDuration(flags.every)
  const graceMs = parseDuration(flags.grace)
  const ids = typed.length > 0 ? await readIdsToChange(context, typed) : undefined
  await withStore(context, flags, async (store, settings) => {
    if (ids?.length === 0)
      return printRows(context, flags, { ...toPrintable(store, []), empty: nothingOnStdin(store, 'recover') })
    const gone = await findNamedDead(context, store, flags)
    const round = {
      graceMs,
      ids,
      flags: { ...flags, gone },
      surroundings: surroundingsOf(context, store, settings),
    }
    if (!flags.watch) {
      const seen = await makeSure(context, store, round)
      return printRound(context, store, flags, await recoverOnce(context, store, round, seen))
    }
    await watchForDeadExecutors(context, store, round, everyMs)
  })
}

/** Old workflows on new code may repeat or skip what they did: on a terminal that takes a yes. */
async function makeSure(
  context: Context,
  store: LentStore,
  round: RoundRequest,
): Promise<Printed | undefined> {
  const { flags } = round
  const { terminal, now } = context
  const isAsked = terminal.stdinIsTerminal && terminal.stderr.isTerminal && !terminal.isCI
  if (flags.toVersion === undefined || flags.dryRun || flags.yes || !isAsked) return undefined
  const rows = await recoverOnce(context, store, { ...round, flags: { ...flags, dryRun: true } })
  const moved = rows.filter(({ outcome }) => outcome === 'would-hand-over')
  if (moved.length > 0) {
    const { colorLevel, columns } = terminal.stderr
    const frame = { style: createStyle(colorLevel), width: columns, now: now() }
    terminal.note(renderTable(recoveredColumns, moved.slice(0, shownRows), frame).join('\n'))
    const count = counted(moved.length, 'workflow')
    const what = `Let ${count} go on with the code of version ${flags.toVersion}`
    await confirm(context, store, { what, question: `${what}?` }, false)
  }
  return { rows: JSON.stringify(rows), notes: '[]' }
}

const shownRows = 20

/** What earlier rounds said, as text. */
interface Printed {
  rows: string
  notes: string
}

/** Goes on for as long as nobody stops it; a database that is away for a while is reported and asked again. */
async function watchForDeadExecutors(
  context: Context,
  store: Store,
  round: RoundRequest,
  everyMs: number,
): Promise<void> {
  const { signal } = context.interrupts
  printNotice(context, `Looking every ${round.flags.every} in ${store.database.label}. ctrl-c stops.`)
  const printed: Printed = { rows: '', notes: '[]' }
  while (!signal.aborted) {
    try {
      const rows = await recoverOnce(context, store, round, printed)
      const text = JSON.stringify(rows)
      if (rows.length > 0 && text !== printed.rows)
        await printRows(context, round.flags, toPrintable(store, rows))
      printed.rows = text
    } catch (error) {
      if (!(error instanceof CliError && error.isTransient)) throw error
      printNotice(context, `${error.message} Looking again in ${round.flags.every}.`)
    }
    await context.sleep(everyMs, signal)
  }
}

/** `printed` is what the last round found: what was explained then needs no second explanation. */
async function recoverOnce(
  context: Context,
  store: Store,
  round: RoundRequest,
  printed: Printed = { rows: '', notes: '[]' },
): Promise<readonly RecoveredRow[]> {
  const { graceMs, ids: workflowIds, flags } = round
  const { gone, application, toVersion, dryRun } = flags
  const isPrinted = ({ workflowId }: RecoveredRow): boolean =>
    printed.rows.includes(JSON.stringify(workflowId))
  const { rows, seen } = await recoverRound(
    store,
    { workflowIds, gone, application, toVersion, dryRun },
    {
      graceMs,
      signal: context.interrupts.signal,
      sleep: context.sleep,
      onSettling: () =>
        printNotice(context, 'The server has just started; living executors get a moment to connect again.'),
      onFinding: async (finding) => {
        if (finding.rows.every(isPrinted)) return
        printNotice(context, ...(await explainFinding(context, store, round, finding)))
      },
    },
  )
  if (toVersion === undefined) {
    const notes = await explainUnclaimed(store, round, seen.unclaimed)
    const text = JSON.stringify(notes)
    if (text !== printed.notes) printNotice(context, ...notes)
    printed.notes = text
  }
  return rows
}

const codeByOutcome = {
  'handed-over': exitCodes.ok.code,
  'would-hand-over': exitCodes.ok.code,
  stranded: exitCodes.conflict.code,
  'left-alone': exitCodes.conflict.code,
  'not-found': exitCodes['not-found'].code,
} as const

async function printRound(
  context: Context,
  store: Store,
  flags: RecoverFlags,
  rows: readonly RecoveredRow[],
): Promise<void> {
  await printRows(context, flags, toPrintable(store, rows))
  context.exitWith(worstExitCode(rows.map(({ outcome }) => codeByOutcome[outcome])))
}

function toPrintable(store: Store, rows: readonly RecoveredRow[]) {
  return {
    rows,
    columns: recoveredColumns,
    toJson: toRecoveredJson,
    toId: ({ workflowId }: RecoveredRow) => workflowId,
    empty: `Nothing to recover in ${store.database.label}: no PENDING workflow is without its executor.`,
  }
}
