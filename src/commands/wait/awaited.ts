import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import { matchingIds } from '../../core/manage/matching-ids.ts'
import { describeFilter, type WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import type { Store } from '../../core/store.ts'
import type { Condition } from '../../core/wait/condition.ts'
import { untilCreated, untilDeleted, untilOneMatches } from '../../core/wait/until-created.ts'
import { nothingMatches } from '../../core/wait/wait-for.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { monotonicMs, timeoutSignal } from '../../core/words/long-timer.ts'
import { type FilterFlags, toFilter } from '../../frame/filter-options.ts'
import { type OutputFlags, printIds } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import type { TimeLimit } from '../../frame/time-limit.ts'
import { findWorkflow, readIds } from '../../frame/workflow-ids.ts'
import { counted } from '../../render/text.ts'
import { toJsonLine, toJsonText } from '../../render/to-json.ts'

/** Whose conditions are waited for: by their ids, or those that a filter lets through. */
export type Target = { readonly ids: readonly string[] } | { readonly filter: WorkflowFilter }

/** Throws `usage` for both, and for none. */
export async function readTarget(
  context: Context,
  typed: readonly string[],
  flags: FilterFlags,
): Promise<Target> {
  const filter = toFilter(context, flags)
  if (filter && typed.length > 0) {
    throw new CliError('usage', 'Ids and filters cannot be combined.', {
      hint: command('wait', [], { '--help': true }),
    })
  }
  if (filter) return { filter }
  if (typed.length > 0) return { ids: await readIds(context, typed) }
  throw new CliError('usage', 'No workflows given to wait for.', {
    hint: phrase`${command('wait', ['@last'])}, or ${command('wait', [], { '--name': 'NAME', '--since': '1h' })}`,
  })
}

interface Search {
  readonly target: Target
  readonly conditions: readonly Condition[]
  readonly limit: TimeLimit
  readonly any: boolean
}

/**
 * The ids that are waited for: as they are found, once they are created, or once they are deleted. Throws `timed-out`,
 * `interrupted`, and `not-there` where a filter finds nothing to wait for.
 */
export async function findAwaited(
  context: Context,
  store: Store,
  { target, conditions, limit, any }: Search,
): Promise<readonly string[]> {
  const asks = (kind: Condition['kind']): boolean => conditions.some((condition) => condition.kind === kind)
  if (asks('created')) {
    const what = 'ids' in target ? target.ids.join(', ') : `a workflow of ${describeFilter(target.filter)}`
    return patiently(context, limit, `${what} to be created`, async (options) => {
      if ('ids' in target) return untilCreated(store, target.ids, { ...options, any })
      const created = await untilOneMatches(store, target.filter, options)
      return created === undefined ? undefined : [created]
    })
  }
  const ids = 'ids' in target ? target.ids : await matchingIds(store, target.filter)
  if (asks('deleted')) {
    const what = ids.length === 1 ? ids[0] : counted(ids.length, 'workflow')
    const gone = await patiently(context, limit, `${what} to be deleted`, (options) =>
      untilDeleted(store, ids, { ...options, any }),
    )
    if (gone.length === 0) printNotice(context, 'No such workflow is there.')
    return gone
  }
  if ('filter' in target) {
    if (ids.length === 0) throw nothingMatches(store, target.filter)
    return ids
  }
  const workflows = await Promise.all(ids.map((id) => findWorkflow(context, store, id)))
  return workflows.map(({ workflowId }) => workflowId)
}

type LookOptions = Parameters<typeof untilCreated>[2]

/** Off a terminal a line now and then is the sign of life. */
const heartbeatMs = 30_000

async function patiently<Found>(
  context: Context,
  limit: TimeLimit,
  what: string,
  look: (options: LookOptions) => Promise<Found | undefined>,
): Promise<Found> {
  const { terminal, interrupts } = context
  limit.begin()
  const leftMs = limit.leftMs()
  const over = leftMs === undefined ? [] : [timeoutSignal(leftMs)]
  let spinner: { stop(): void } | undefined
  let saidAtMs = monotonicMs()
  const onLook = () => {
    spinner ??= terminal.spinner(`waiting for ${what}`)
    if (terminal.stderr.canRedraw || monotonicMs() - saidAtMs < heartbeatMs) return
    saidAtMs = monotonicMs()
    printNotice(context, `Still waiting for ${what}.`)
  }
  try {
    const found = await look({ signal: AbortSignal.any([interrupts.signal, ...over]), onLook })
    if (found !== undefined) return found
  } finally {
    spinner?.stop()
  }
  if (interrupts.signal.aborted) throw new CliError('interrupted', `Interrupted while waiting for ${what}.`)
  throw new CliError('timed-out', `The time ran out while waiting for ${what}.`, { hint: command('list') })
}

/** They are not there any more, as was asked: a word for each, and nothing for a pipe to read but ids. */
export async function printGone(
  context: Context,
  { output }: OutputFlags,
  ids: readonly string[],
): Promise<void> {
  const { terminal } = context
  const values = ids.map((workflowId) => ({ workflowId, value: null }))
  for (const id of output === 'table' ? ids : []) printNotice(context, `${id} is not there.`)
  if (output === 'ids' && ids.length > 0) await printIds(terminal, ids)
  if (output === 'json') await terminal.print(toJsonText(values))
  if (output === 'jsonl') for (const value of values) await terminal.print(toJsonLine(value))
}
