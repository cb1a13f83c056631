import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { Option } from 'commander'
import type { Context } from '../../../context.ts'
import { toOwnExecutorId } from '../../../core/dbos-names.ts'
import type { ReloadOrder } from '../../../core/run/reload.ts'
import { type AppFlags, requireModule } from '../../../frame/app/app.ts'
import { printNotice } from '../../../frame/print-notice.ts'
import type { Settings } from '../../../settings/settings.ts'
import { findTarget } from '../../../settings/target.ts'
import { supervise } from './supervise.ts'

export interface ReloadFlags extends AppFlags {
  readonly reload: boolean
}

export function reloadOption(): Option {
  return new Option(
    '--reload',
    'start again when a file of the application changes; what runs goes on in the new code',
  ).default(false)
}

interface Reload {
  readonly settings: Settings
  readonly run: ReloadOrder['run']
  /** What each of the processes reads. */
  readonly stdin?: string
}

/**
 * Runs this command line in one process after the other, each with the files as they are then. False where there is no file
 * to watch: then it is to be run as it is.
 */
export async function reloadOnChange(
  context: Context,
  flags: Pick<AppFlags, 'app'>,
  { settings, run, stdin }: Reload,
): Promise<boolean> {
  const specifier = requireModule(flags, settings)
  if (specifier.startsWith('drover:')) {
    printNotice(
      context,
      `${specifier} is a part of drover: there is no file to watch, and nothing is reloaded.`,
    )
    return false
  }
  // None of those that come and go is then the last to leave, which would stop the server.
  if (!settings.databaseUrl) await findTarget(context, settings, { create: true })
  const reloading = await context.reloading()
  const watch = reloading.watch(path.resolve(context.cwd, specifier), (sentence) =>
    printNotice(context, `warning: ${sentence}`),
  )
  const executorId = toOwnExecutorId(randomUUID())
  try {
    await supervise(context, { reloading, watch, stdin, order: { executorId, change: null, run } })
  } finally {
    watch.close()
  }
  return true
}
