import type { Context } from '../../context.ts'
import type { Runtime } from '../../core/run/runtime.ts'
import type { Store } from '../../core/store.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { escapeName } from '../../render/text.ts'
import { printNotice } from '../print-notice.ts'

/** Says when another version is the latest one of the application, which takes what is enqueued without a version. */
export async function noteLatest(
  context: Pick<Context, 'terminal' | 'databaseFlags'>,
  store: Pick<Store, 'versions' | 'database'>,
  { application, version }: Runtime,
): Promise<void> {
  const versions = await store.versions()
  // As DBOS finds it: its own and those that nobody owns, the newest first.
  const [latest] = versions.filter((one) => one.application === application || one.application === null)
  if (!latest || latest.version === version) return
  printNotice(
    context,
    `${escapeName(latest.version)} stays the latest version of ${escapeName(application)}: what is enqueued without a version goes to it, not here.`,
  )
  printNotice(
    context,
    phrase`hint: ${command('versions promote', [version])}   # makes this version the latest`,
  )
}
