import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from '../../core/errors.ts'
import type { LoadOptions } from '../../core/run/runtime.ts'
import { toAppStandstill } from '../app-end.ts'
import { mentionsLaunch } from '../loaded-files.ts'
import type { Lifecycle } from './take-over-lifecycle.ts'

const pollMs = 25
/** Before it is said what is waited for. */
const quietMs = 1000
/** For a module that registers all that is wanted, and of which no file was found to launch. */
const graceMs = 1000

interface LoadingModule extends LoadOptions {
  readonly specifier: string
  readonly file: string
  readonly imported: Promise<object>
  readonly lifecycle: Lifecycle
  /** Why what is wanted cannot run yet; undefined once it can. */
  lacks(): string | undefined
}

/**
 * Resolves when the module has set up what it sets up: when it asks for the launch, when nothing of it goes on any more,
 * or when it took too long. What it exports, unless its evaluation waits for the launch.
 */
export async function settleModule(module: LoadingModule): Promise<object> {
  const { specifier, imported, lifecycle } = module
  const idle = whenIdle()
  try {
    const exported = (await Promise.race([imported, lifecycle.launchRequested, idle.reached])) || undefined
    if (lifecycle.isLaunchRequested()) return exported ?? {}
    if (!exported) throw toAppStandstill({ specifier, isLoaded: false })
    await waitForLaunch(module, idle.reached)
    return exported
  } finally {
    idle.stop()
  }
}

async function waitForLaunch(module: LoadingModule, idle: Promise<void>): Promise<void> {
  const { specifier, lifecycle, launchTimeoutMs, signal, onNotice } = module
  if (launchTimeoutMs === 0) return
  const ended = Promise.race([lifecycle.launchRequested, idle])
  let isOver = false
  const over = ended.then(() => {
    isOver = true
  })
  const beganAt = Date.now()
  let willLaunch: boolean | undefined
  let isTold = false
  while (!isOver) {
    // Without a timer that keeps the process alive: only the module does.
    await Promise.race([over, sleep(pollMs, undefined, { ref: false })])
    if (isOver) return
    if (signal?.aborted) throw new CliError('interrupted', `Interrupted while ${specifier} was starting.`)
    const waitedMs = Date.now() - beganAt
    const lacking = module.lacks()
    if (lacking === undefined && waitedMs >= graceMs) {
      willLaunch ??= mentionsLaunch(module.file)
      if (!willLaunch) return
    }
    if (waitedMs >= launchTimeoutMs) {
      onNotice(
        `warning: ${specifier} did not call DBOS.launch within ${launchTimeoutMs / 1000} s${lacking === undefined ? '; going on without.' : `: ${lacking}.`}`,
      )
      return
    }
    if (!isTold && waitedMs >= quietMs) {
      isTold = true
      onNotice(
        `Waiting up to ${launchTimeoutMs / 1000} s for ${specifier} to call DBOS.launch${lacking === undefined ? '' : `: ${lacking}`}.`,
      )
    }
  }
}

/** Reached when Node would end this process, because nothing in it could go on. */
function whenIdle(): { readonly reached: Promise<void>; stop(): void } {
  let stop = () => {}
  const reached = new Promise<void>((resolve) => {
    process.once('beforeExit', resolve)
    stop = () => process.off('beforeExit', resolve)
  })
  return { reached, stop }
}
