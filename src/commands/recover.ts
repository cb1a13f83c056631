import { Command } from 'commander'
import type { Context } from '../context.ts'
import { parseDuration } from '../core/duration.ts'
import { CliError } from '../core/errors.ts'
import { exitCodes, worstExitCode } from '../core/exit-codes.ts'
import { latestVersionOf } from '../core/platform.ts'
import {
  type GoneExecutor,
  goneInBoth,
  liveVersionsOf,
  type RecoveredRow,
  type RecoverySight,
  takersOf,
} from '../core/recovery.ts'
import { shellWord } from '../core/shell-word.ts'
import type { Store } from '../core/store.ts'
import { withStore } from '../frame/database.ts'
import { addOutputOptions, type OutputFlags, printRows } from '../frame/output-format.ts'
import { tell } from '../frame/tell.ts'
import { readIds } from '../frame/workflow-ids.ts'
import { toRecoveredJson } from '../render/json.ts'
import { recoveredColumns } from '../render/recovered-columns.ts'
import { formatAge } from '../render/time.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface RecoverFlags extends DatabaseFlags, OutputFlags {
  readonly dryRun: boolean
  readonly gone?: readonly string[]
  readonly application?: string
  readonly toVersion?: string
  readonly grace: string
  readonly watch: boolean
  readonly every: string
}

export function recoverCommand(context: Context): Command {
  const command = new Command('recover')
    .summary('hand what dead executors left to living ones')
    .description(
      'Find PENDING workflows whose executor is gone, show the evidence, and hand them to living workers. What a living executor runs is never touched.',
    )
    .argument('[id...]', 'only these workflows; - reads ids from stdin')
    .option('--dry-run', 'show what was found, and do nothing', false)
    .option(
      '--gone <executor...>',
      'you know that this executor is gone, though sessions of unknown owners live there',
    )
    .option('--application <name>', 'only workflows of this application')
    .option(
      '--to-version <version>',
      'hand them to workers of this version, or latest, where nobody runs theirs',
    )
    .option('--grace <duration>', 'look twice, this far apart', '3s')
    .option('--watch', 'go on until ctrl-c', false)
    .option('--every <duration>', 'with --watch: how often', '30s')
    .action((ids: string[], _, command: Command) =>
      runRecover(context, ids, command.optsWithGlobals<RecoverFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runRecover(context: Context, typed: readonly string[], flags: RecoverFlags): Promise<void> {
  const everyMs = parseDuration(flags.every)
  const graceMs = parseDuration(flags.grace)
  const ids = typed.length > 0 ? await readIds(context, typed) : undefined
  await withStore(context, flags, async (store) => {
    const round = { graceMs, ids, flags }
    if (!flags.watch) return printRound(context, store, flags, await recoverOnce(context, store, round))
    await watchForGone(context, store, round, everyMs)
  })
}

interface Round {
  readonly graceMs: number
  readonly ids: readonly string[] | undefined
  readonly flags: RecoverFlags
}

/** Goes on for as long as nobody stops it; a database that is away for a while is told and asked again. */
async function watchForGone(context: Context, store: Store, round: Round, everyMs: number): Promise<void> {
  const { signal } = context.interrupts
  tell(context, `Looking every ${round.flags.every} in ${store.database.label}. ctrl-c stops.`)
  let last = ''
  while (!signal.aborted) {
    try {
      const rows = await recoverOnce(context, store, round, last)
      const news = JSON.stringify(rows)
      if (rows.length > 0 && news !== last) await printRows(context, round.flags, toPrintable(store, rows))
      last = news
    } catch (error) {
      if (!(error instanceof CliError) || !isPassing(error)) throw error
      tell(context, `${error.message} Looking again in ${round.flags.every}.`)
    }
    await context.sleep(everyMs, signal)
  }
}

function isPassing({ code }: CliError): boolean {
  return code === 'connection-lost' || code === 'database-unreachable'
}

/** `told` is what the last round found: what was explained then needs no second explanation. */
async function recoverOnce(
  context: Context,
  store: Store,
  { graceMs, ids, flags }: Round,
  told = '',
): Promise<RecoveredRow[]> {
  const { signal } = context.interrupts
  const first = await lookOnSettledServer(context, store)
  const isSuspicious = first.gone.length > 0
  if (isSuspicious) await context.sleep(graceMs, signal)
  const second = isSuspicious && !signal.aborted ? await store.lookForGone() : first
  const gone = signal.aborted ? [] : goneInBoth(first, second)
  const rows: RecoveredRow[] = []
  for (const executor of gone) {
    if (flags.application !== undefined && executor.application !== flags.application) continue
    const found = await recoverFrom(context, store, { executor, first, ids, flags })
    rows.push(...found.rows)
    if (
      found.rows.length > 0 &&
      !found.rows.every(({ workflowId }) => told.includes(JSON.stringify(workflowId)))
    )
      tell(context, ...found.explanation)
  }
  const seen = new Set(rows.map(({ workflowId }) => workflowId))
  const others = ids?.filter((id) => !seen.has(id)) ?? []
  return [...rows, ...(await explainOthers(store, others))]
}

async function lookOnSettledServer(context: Context, store: Store): Promise<RecoverySight> {
  const sight = await store.lookForGone()
  if (sight.obstacle !== null) {
    throw new CliError('sessions-hidden', `Whether an executor lives cannot be told: ${sight.obstacle}.`, {
      hint: sight.obstacle.includes('role')
        ? 'grant pg_read_all_stats to the role, or name a role that has it with --db-url'
        : 'name the database itself with --db-url, past the pooler',
    })
  }
  if (sight.unsettledMs === 0 || sight.gone.length === 0) return sight
  tell(context, 'The server has just started; living executors get a moment to connect again.')
  await context.sleep(sight.unsettledMs, context.interrupts.signal)
  return store.lookForGone()
}

interface Recovering {
  readonly executor: GoneExecutor
  readonly first: RecoverySight
  readonly ids: readonly string[] | undefined
  readonly flags: RecoverFlags
}

async function recoverFrom(
  context: Context,
  store: Store,
  { executor, first, ids, flags }: Recovering,
): Promise<{ readonly rows: RecoveredRow[]; readonly explanation: string[] }> {
  const { executorId, application, version, doubts } = executor
  const toVersion = await chooseVersion(store, executor, flags.toVersion)
  const executors = (await store.executors()) ?? []
  const target = toVersion ?? version
  const takers = takersOf(executors, { application, version: target })
  const explanation = [evidenceLine(executor, context.now())]
  const isKnownGone = doubts.length === 0 || (flags.gone?.includes(executorId) ?? false)
  const left = (await leftBy(store, executor)).filter((id) => ids?.includes(id) ?? true)
  const toRows = (outcome: RecoveredRow['outcome'], reason: string, workflowIds: readonly string[] = left) =>
    workflowIds.map((workflowId) => ({ workflowId, outcome, executorId, version: target, reason }))

  if (!isKnownGone) {
    explanation.push(`  but sessions of unknown owners are connected: ${doubts.join(', ')}`)
    explanation.push(`  hint: if it is gone, say so with --gone ${executorId}`)
    return {
      rows: toRows('left-alone', 'its executor may be one of the sessions of unknown owners'),
      explanation,
    }
  }
  if (takers.length === 0) {
    explanation.push(...strandedLines(executor, liveVersionsOf(executors, application), left))
    return { rows: toRows('stranded', `no living worker runs version ${target ?? '(none)'}`), explanation }
  }
  const taker = `${takers.length === 1 ? takers[0]?.executorId : `${takers.length} workers`} can take them`
  if (flags.dryRun) return { rows: toRows('would-hand-over', taker), explanation }
  const seenAt = first.at
  const handedOver = await store.handOver({
    executorId,
    application,
    version,
    seenAt,
    toVersion,
    workflowIds: left,
  })
  const kept = left.filter((id) => !handedOver.includes(id))
  return {
    rows: [
      ...toRows('handed-over', taker, handedOver),
      ...toRows('left-alone', 'it moved on meanwhile, or its executor came back', kept),
    ],
    explanation,
  }
}

const mostAtOnce = 100_000

async function leftBy(store: Store, { executorId, application, version }: GoneExecutor): Promise<string[]> {
  const query = { status: ['PENDING'], executorId, order: 'oldest', limit: mostAtOnce } as const
  const found = await store.list(query)
  return found
    .filter((workflow) => workflow.application === application && workflow.version === version)
    .map(({ workflowId }) => workflowId)
}

async function chooseVersion(
  store: Store,
  { application }: GoneExecutor,
  toVersion: string | undefined,
): Promise<string | undefined> {
  return toVersion === 'latest' ? latestVersionOf(await store.versions(), application) : toVersion
}

function evidenceLine({ executorId, workflowCount, since, evidence }: GoneExecutor, now: Date): string {
  const count = workflowCount === 1 ? '1 workflow' : `${workflowCount} workflows`
  const age = since ? `, the oldest begun ${formatAge(since, now)}` : ''
  return `${executorId || '(an executor without a name)'} is gone: ${evidence.join(', ')}. It left ${count}${age}.`
}

/** Nobody runs their version: what can be done instead. */
function strandedLines(
  { version }: GoneExecutor,
  live: readonly string[],
  left: readonly string[],
): string[] {
  const id = left[0] ?? 'ID'
  const pin = `  hint: start a worker of that version: drover worker --app-version ${version}`
  if (live.length === 0) return [`  no worker of its application lives; one that starts can take them`, pin]
  return [
    `  no living worker runs version ${version ?? '(none)'}; living: ${live.join(', ')}`,
    pin,
    `  or let the new code go on with them: drover recover --to-version ${live[0]}`,
    `  or run them again as copies: drover cancel ${shellWord(id)}, then drover fork ${shellWord(id)} --from last --to-version ${live[0]}`,
  ]
}

/** What was asked for by id and is not the workflow of a gone executor. */
async function explainOthers(store: Store, ids: readonly string[]): Promise<RecoveredRow[]> {
  const workflows = await Promise.all(ids.map((id) => store.get(id)))
  return ids.map((workflowId, index) => {
    const workflow = workflows[index]
    if (!workflow) return { workflowId, outcome: 'not-found', executorId: null, version: null, reason: null }
    const { executorId, version, status } = workflow
    const reason = status === 'PENDING' ? 'there are signs of life of its executor' : `it is ${status}`
    return { workflowId, outcome: 'left-alone', executorId, version, reason }
  })
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
