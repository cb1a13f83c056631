import type { Context } from '../../../context.ts'
import { isOwnExecutor, toSessionName } from '../../../core/dbos-names.ts'
import { CliError } from '../../../core/errors.ts'
import type { Store } from '../../../core/store.ts'
import { command, phrase } from '../../../core/words/command-line.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import { findExecutor } from '../../../frame/whole-executor.ts'
import { formatAge } from '../../../render/time-text.ts'
import type { RecoverFlags } from './recover-request.ts'

/**
 * The executors that somebody says are gone, their ids whole. Throws `not-there` for one that has no work, and
 * `nothing-to-do` for one that lives; with `--watch`, which outlives both, it only tells.
 */
export async function findNamedDead(
  context: Context,
  store: Store,
  { gone: typed, watch }: Pick<RecoverFlags, 'gone' | 'watch'>,
): Promise<readonly string[] | undefined> {
  if (typed === undefined) return undefined
  const found: string[] = []
  const scan = await store.scanExecutors()
  for (const name of typed) {
    const executorId = await findExecutor(context, store, name)
    found.push(executorId)
    if (scan.obstacle !== null || scan.deadExecutors.some((one) => one.executorId === executorId)) continue
    const error = await whyNotGone(context, store, executorId)
    if (!watch) throw error
    printNotice(context, error.message)
  }
  return found
}

async function whyNotGone(context: Context, store: Store, executorId: string): Promise<CliError> {
  const live = (await store.executors())?.find((one) => one.executorId === executorId)
  const work = await store.list({ executorId, status: ['PENDING'], limit: 1 })
  const hint = phrase`${command('workers')}   # shows who lives, and who has work`
  if (!live && work.length === 0) {
    return new CliError('not-there', `No executor ${executorId} has work in ${store.database.label}.`, {
      hint,
    })
  }
  const heard = live ? `, heard ${formatAge(live.heardAt, context.now())}` : ''
  const isDrovers = isOwnExecutor(executorId)
  const evidence = isDrovers ? 'its lock is held, or a session is named' : 'a session is named'
  return new CliError(
    'nothing-to-do',
    `Executor ${executorId} is not gone: ${evidence} ${toSessionName(executorId, '…')}${heard}.`,
    { hint: phrase`${command('workers')}   # shows who lives; end that process first` },
  )
}
