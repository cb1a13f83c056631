import { launchApp, loadApp, noteRuntime } from '../../../frame/app/app.ts'
import { noteUnfinished } from '../../../frame/app/unfinished.ts'
import type { TestFlags } from './test-flags.ts'
import type { World } from './world.ts'

/** With `--app` its workflows run in this process while `use` goes on. */
export async function withLocalRuntime(
  { context, store, settings, target, cancelled }: Omit<World, 'local'>,
  flags: TestFlags,
  use: (local: World['local']) => Promise<void>,
): Promise<void> {
  if (flags.app === undefined) return use(undefined)
  const app = await loadApp(context, flags, settings)
  const isExpected = (line: string) => [...cancelled].some((id) => line.startsWith(`Workflow ${id} `))
  const launch = { store, settings, target, app, flags, keepHandingOver: false, isExpected }
  const runtime = await launchApp(context, launch)
  try {
    await noteRuntime(context, store, runtime)
    await use({ app, runtime })
  } finally {
    await runtime.shutdown()
  }
  if (!context.interrupts.signal.aborted) await noteUnfinished(context, launch, runtime)
}
