import path from 'node:path'
import type { Context } from '../../../context.ts'
import type { FileChange } from '../../../core/run/reload.ts'
import type { Runtime } from '../../../core/run/runtime.ts'
import type { Store } from '../../../core/store.ts'
import { noteRuntime } from '../../../frame/app/app.ts'
import { printNotice } from '../../../frame/print-notice.ts'

/** Says that the application runs; where it ran before, only why it does so anew, and how long that took. */
export async function noteReady(
  context: Context,
  store: Store,
  runtime: Runtime,
  ready?: string,
): Promise<void> {
  const change = context.reloaded?.order.change
  if (change) printNotice(context, describeReload(context, change))
  else {
    await noteRuntime(context, store, runtime)
    if (ready !== undefined) printNotice(context, ready)
  }
  await context.reloaded?.report('ready')
}

/** `reloaded in 0.4s: src/app.ts changed` */
function describeReload({ now, cwd }: Pick<Context, 'now' | 'cwd'>, { at, files }: FileChange): string {
  const seconds = Math.max(0, now().getTime() - at) / 1000
  const [first = '', ...others] = files.map((file) => path.relative(cwd, file))
  const more =
    others.length === 0 ? '' : others.length === 1 ? ` and ${others[0]}` : ` and ${others.length} more`
  return `reloaded in ${seconds.toFixed(1)}s: ${first}${more} changed`
}
