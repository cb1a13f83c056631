import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { needsPackage } from '../core/run/needs-package.ts'

/** They execute workflows, or are about the embedded Postgres. */
const packageCommands = ['demo', 'run', 'worker', 'db']

/** Below the help of the program. */
export function firstSteps({ edition }: Pick<Context, 'edition'>): string {
  return edition === 'executable'
    ? `The executable works on databases that run elsewhere; ${packageCommands.join(', ')} and --app need the package.`
    : 'A first look, with nothing installed: drover demo'
}

/** Before a command does anything. Throws `package-needed`. */
export function requireEdition({ edition }: Pick<Context, 'edition'>, action: Command): void {
  if (edition === 'executable' && packageCommands.includes(outermost(action).name())) {
    throw needsPackage(`drover ${outermost(action).name()}`)
  }
}

/** `db` of `db start`. */
function outermost(action: Command): Command {
  return action.parent?.parent ? outermost(action.parent) : action
}
