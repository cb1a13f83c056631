import { CliError } from '../../core/errors.ts'
import { command } from '../../core/words/command-line.ts'

/** Throws `usage` for a module that stands where a workflow is named. */
export function refuseModule(name: string, args: readonly string[]): void {
  if (!/\.[cm]?[jt]s$/.test(name)) return
  throw new CliError('usage', `"${name}" is a module, and no workflow.`, {
    hint: command('run', args.length > 0 ? args : ['WORKFLOW'], { '--app': name }),
  })
}
