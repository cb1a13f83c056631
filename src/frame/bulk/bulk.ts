import { createHash } from 'node:crypto'
import type { Context } from '../../context.ts'
import { databaseKey } from '../../core/database.ts'
import { CliError } from '../../core/errors.ts'
import { type ExitCode, exitCodes, worstExitCode } from '../../core/exit-codes.ts'
import type { BulkRow, LedgerHead } from '../../core/manage/ledger.ts'
import { adviceFor, type BulkVerb, filteredStatusesByVerb, infinitiveOf } from '../../core/manage/manage.ts'
import { describeFilter, type WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import type { Store } from '../../core/store.ts'
import { type CommandOptions, command, phrase, renderArguments } from '../../core/words/command-line.ts'
import { bulkSummary } from '../../render/columns/bulk-line.ts'
import { counted, escapeName } from '../../render/text.ts'
import { typedFilters } from '../filter-options.ts'
import { interruptCode } from '../interrupt.ts'
import { printNotice } from '../print-notice.ts'
import { cannotAsk, consentHint, type LentStore } from '../profile/change-guard.ts'
import { suggestFilter } from '../suggest-filter.ts'
import { withWholeExecutor } from '../whole-executor.ts'
import { notFoundHint, nothingOnStdin, readIdsToChange } from '../workflow-ids.ts'
import { type BulkPrinter, createBulkPrinter } from './bulk-printer.ts'
import { changeBatch } from './change-batch.ts'
import { type Ledger, openLedger } from './ledger-file.ts'
import { createPace } from './pace.ts'
import { makeFoundPlan, makePlan, type Plan, preview } from './plan.ts'
import { type BulkRequest, type ChangeTargets, toDryRow } from './request.ts'
import { showTargets } from './show-targets.ts'

/** Changes workflows one by one or by the thousand, says what became of each, and never calls nothing a success. */
export async function runBulk(
  context: Context,
  store: LentStore,
  given: BulkRequest,
): Promise<readonly BulkRow[]> {
  const { verb, flags } = given
  const ids = await readTypedIds(context, store, given)
  const filter = given.filter && (await withWholeExecutor(context, store, given.filter))
  const request = { ...given, filter }
  const printer = createBulkPrinter(context, verb, flags, given.isQuiet)
  if (ids?.length === 0) {
    await printer.finish()
    printNotice(context, nothingOnStdin(store, verb))
    return []
  }
  const ledger = await openLedger(
    context,
    flags.dryRun ? undefined : flags.ledger,
    toHead(store, request, ids),
  )
  const plan = ledger.earlier?.plan ?? (await makePlan(store, request, ids))
  if (filter) noteStatuses(context, verb, filter)
  if (flags.dryRun) {
    const found = await preview(store, request, plan)
    const targets = [...plan.targets, ...found.targets]
    await printer.print([
      ...plan.settled,
      ...targets.map((target) => toDryRow(verb, target)),
      ...found.settled,
    ])
    await tellMeaning(context, request, plan)
  } else if (plan.targets.length > 0 && !ledger.earlier?.plan) {
    await confirm(context, store, request, plan)
    await ledger.plan(plan.targets, plan.settled)
    await printer.print(plan.settled)
  } else {
    await printer.print([...plan.settled, ...(ledger.earlier?.done ?? [])])
    noteEarlier(context, ledger)
  }
  if (!flags.dryRun) await execute(context, store, request, { plan, ledger, printer })
  await finish(context, store, request, printer)
  return printer.rows
}

async function readTypedIds(
  context: Context,
  store: Store,
  { typed, filter, verb }: BulkRequest,
): Promise<readonly string[] | undefined> {
  if (typed.length > 0 && filter) {
    throw new CliError('usage', 'Ids and filters cannot be combined.', {
      hint: command(verb, [], { '--help': true }),
    })
  }
  if (filter) return undefined
  if (typed.length === 0) {
    throw new CliError('usage', `No workflows given to ${verb}.`, {
      hint: phrase`${command(verb, ['ID'])}, or ${command(verb, [], { '--name': 'NAME', '--dry-run': true })}`,
    })
  }
  const ids = await readIdsToChange(context, typed)
  if (!ids.includes('@last')) return ids
  const last = await context.started.last(databaseKey(store.database))
  if (last === undefined) {
    throw new CliError('workflow-not-found', `You have started no workflow in ${store.database.label} yet.`, {
      hint: command('list'),
    })
  }
  printNotice(context, `@last is ${last}`)
  return [...new Set(ids.map((id) => (id === '@last' ? last : id)))]
}

function toHead(
  store: Store,
  { verb, flags, word, options = {} }: BulkRequest,
  ids: readonly string[] | undefined,
): LedgerHead {
  const words = word === undefined ? [] : [word]
  const request = ids
    ? [describeRequest(ids, options), ...words].join(' ')
    : renderArguments(words, { ...typedFilters(flags), ...options })
  return { verb, database: databaseKey(store.database), request }
}

const mostNamedIds = 10

function describeRequest(ids: readonly string[], options: CommandOptions): string {
  if (ids.length <= mostNamedIds) return renderArguments(ids, options)
  const hash = createHash('sha256').update(ids.join('\n')).digest('hex')
  const counted = `- (${ids.length} ids, ${hash.slice(0, 12)})`
  return [counted, renderArguments([], options)].filter(Boolean).join(' ')
}

/** These two could change more than they take by default: whoever counts with `list` must not have to wonder. */
function noteStatuses(context: Context, verb: BulkVerb, { status }: WorkflowFilter): void {
  if (status !== undefined || (verb !== 'fork' && verb !== 'rewind')) return
  printNotice(context, `Only of status ${filteredStatusesByVerb[verb].join(', ')}: --status asks for others.`)
}

async function tellMeaning(context: Context, { explain }: BulkRequest, { targets }: Plan): Promise<void> {
  if (!explain || targets.length === 0) return
  printNotice(context, await explain(targets.map(({ workflowId }) => workflowId)))
}

async function confirm(context: Context, store: LentStore, request: BulkRequest, plan: Plan): Promise<void> {
  const { terminal } = context
  const { guard } = store
  const { verb, filter, flags, typed, alwaysAsk = false } = request
  const infinitive = infinitiveOf(verb)
  const imperative = `${infinitive.charAt(0).toUpperCase()}${infinitive.slice(1)}`
  if (!filter && !alwaysAsk) {
    const [only, ...others] = plan.targets
    const isOne = others.length === 0 && request.options?.['--children'] !== true
    const what = `${imperative} ${isOne ? only?.workflowId : counted(plan.targets.length, 'workflow')}`
    return guard?.permit({ what, isOne })
  }
  const targets = [...plan.targets, ...(await preview(store, request, plan)).targets]
  const count = counted(targets.length, 'workflow')
  const kinds = await showTargets(context, store, verb, targets)
  await tellMeaning(context, request, plan)
  if (!flags.yes && (!terminal.stdinIsTerminal || terminal.isCI || typed.includes('-'))) {
    throw new CliError('no-terminal', `${cannotAsk(terminal)} whether to ${infinitive} ${count}.`, {
      hint: `look with --dry-run, then ${consentHint(guard)}`,
    })
  }
  const where = escapeName(store.database.label)
  const what = kinds === '' ? '' : `   ${escapeName(kinds)}`
  const question = `${imperative} ${count} in ${where}?${what}`
  const ofKinds = kinds === '' ? '' : ` (${kinds})`
  await guard?.permit({
    what: `${imperative} ${count}`,
    question: `${imperative} ${count}${ofKinds} in ${store.database.label}?`,
    isOne: false,
  })
  if (flags.yes || guard?.profile.isProtected) return
  if (!(await terminal.confirm(question)))
    throw new CliError('interrupted', 'Nothing was done.', { hint: 'look first with --dry-run' })
}

interface Execution {
  readonly plan: Plan
  readonly ledger: Ledger
  readonly printer: BulkPrinter
}

/** Batch after batch, each written down before and after. Stops between two when asked to. */
async function execute(
  context: Context,
  store: Store,
  request: BulkRequest,
  { plan, ledger, printer }: Execution,
): Promise<void> {
  const { verb, filter, flags, expand } = request
  const change = changeOf(store, request)
  const { signal } = context.interrupts
  const doneEarlier = new Set(ledger.earlier?.done.map(({ workflowId }) => workflowId))
  const inDoubt = ledger.earlier?.inDoubt ?? new Set<string>()
  const pace = createPace(context, flags.rate)
  const known = new Set([...plan.targets, ...plan.settled].map(({ workflowId }) => workflowId))
  const progress = printer.start(plan.targets.length)
  try {
    let { targets } = plan
    // What `expand` brings to light is not in the plan: a ledger finds it again by looking.
    for (let round = 0; (targets.length > 0 || round === 0) && !signal.aborted; round++) {
      const size = pace.batchSize
      for (let from = 0; from < targets.length && !signal.aborted; from += size) {
        const batch = targets
          .slice(from, from + size)
          .filter(({ workflowId }) => !doneEarlier.has(workflowId))
        if (batch.length === 0) continue
        await pace.wait(batch.length)
        if (signal.aborted) break
        if (round === 0) await ledger.intend(from, size)
        const rows = await changeBatch(store, { verb, change, isNamed: !filter, inDoubt }, batch)
        await ledger.confirm(rows)
        await printer.print(rows)
        progress.advance(rows.length)
      }
      const found = expand && !signal.aborted ? await expand(printer.rows.map(idOf)) : []
      const fresh = found.filter((id) => !known.has(id))
      for (const id of fresh) known.add(id)
      const next = await makeFoundPlan(store, request, fresh)
      await printer.print(next.settled)
      targets = next.targets
    }
  } finally {
    progress.stop()
  }
}

function changeOf(store: Store, request: BulkRequest): ChangeTargets {
  if (request.verb === 'send') return request.change
  const { verb } = request
  return (targets) => store.manage(verb, targets)
}

function idOf({ workflowId }: BulkRow): string {
  return workflowId
}

function noteEarlier(context: Context, { earlier }: Ledger): void {
  if (!earlier?.plan) return
  const left = earlier.plan.targets.length - earlier.done.length
  printNotice(
    context,
    left > 0
      ? `Going on: ${earlier.done.length} were done before, ${left} are left.`
      : 'The ledger is complete: all of it was done before, and nothing now.',
  )
}

const codeByOutcome: Readonly<Record<BulkRow['outcome'], ExitCode>> = {
  changed: exitCodes.ok.code,
  'would-change': exitCodes.ok.code,
  'no-op': exitCodes.conflict.code,
  'not-found': exitCodes['not-found'].code,
  failed: exitCodes.conflict.code,
}

async function finish(
  context: Context,
  store: Store,
  { verb, filter, flags }: BulkRequest,
  printer: BulkPrinter,
): Promise<void> {
  const { rows } = printer
  await printer.finish()
  context.exitWith(worstExitCode(rows.map(({ outcome }) => codeByOutcome[outcome])))
  if (context.interrupts.signal.aborted) {
    const hint = flags.ledger === undefined ? 'what is done is done' : 'the same command goes on from here'
    printNotice(context, `Interrupted: ${bulkSummary(verb, rows)} ${hint}`)
    return context.exitWith(interruptCode(context))
  }
  if (rows.length === 0) {
    printNotice(
      context,
      `No workflow in ${store.database.label} to ${infinitiveOf(verb)}: ${describeFilter(filter ?? {})}.`,
    )
    return suggestFilter(context, store, filter ?? {})
  }
  if (rows.length > 1) printNotice(context, bulkSummary(verb, rows))
  const [only] = rows
  if (rows.length === 1 && only?.outcome === 'no-op' && only.before)
    printNotice(context, phrase`hint: ${adviceFor(verb, only.before, only.workflowId)}`)
  if (rows.length === 1 && only?.outcome === 'not-found')
    printNotice(
      context,
      `There is no workflow ${only.workflowId} in ${store.database.label}.`,
      phrase`hint: ${await notFoundHint(store, only.workflowId)}`,
    )
}
