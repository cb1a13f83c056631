import type { Context } from '../context.ts'
import { CliError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import { type AnyOf, toList } from '../core/words/any-of.ts'
import { phrase, quotedList } from '../core/words/command-line.ts'
import { printNotice } from './print-notice.ts'

const shortestPrefix = 8
/** No index has who ran a workflow: besides what is active, so many of the newest tell. */
const recentWorkflows = 1000

/**
 * The executor that is meant: this one, or the only one that begins so, as lists show it. What is meant is told.
 * Throws `ambiguous-id` where several do.
 */
export async function findExecutor(context: Context, store: Store, typed: string): Promise<string> {
  if (typed.length < shortestPrefix) return typed
  const live = ((await store.executors()) ?? []).map(({ executorId }) => executorId)
  const recent = (await store.list({ limit: recentWorkflows })).map(({ executorId }) => executorId ?? '')
  if ([...live, ...recent].includes(typed)) return typed
  const active = await store.countBy({ status: ['PENDING', 'ENQUEUED', 'DELAYED'] }, 'executor')
  const known = new Set([...live, ...recent, ...active.map(({ value }) => value ?? '')])
  if (known.has(typed)) return typed
  const meant = [...known].filter((executorId) => isCutOf(typed, executorId)).sort()
  if (meant.length > 1) {
    throw new CliError('ambiguous-id', `Several executors begin with "${typed}".`, {
      hint: phrase`give more of it: ${quotedList(meant.slice(0, 5))}`,
    })
  }
  const [only] = meant
  if (only === undefined) return typed
  printNotice(context, `${typed} is ${only}`)
  return only
}

/** Lists cut a UUID at the end: `worker-1` is no short form of `worker-10`. */
function isCutOf(typed: string, executorId: string): boolean {
  const uuidAt = executorId.search(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i)
  return uuidAt >= 0 && executorId.startsWith(typed) && typed.length > uuidAt
}

/** A filter with the executors that are meant. */
export async function withWholeExecutor<Filter extends { readonly executorId?: AnyOf<string> }>(
  context: Context,
  store: Store,
  filter: Filter,
): Promise<Filter> {
  const typed = toList(filter.executorId)
  if (typed === undefined) return filter
  const executorId: string[] = []
  for (const one of typed) executorId.push(await findExecutor(context, store, one))
  return { ...filter, executorId }
}
