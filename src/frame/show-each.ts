import type { Context } from '../context.ts'
import { CliError, exitNameByErrorCode } from '../core/errors.ts'
import type { ExitName } from '../core/exit-codes.ts'
import type { Store } from '../core/store.ts'
import type { Workflow } from '../core/workflow.ts'
import { toJsonText } from '../render/to-json.ts'
import { interruptCode } from './interrupt.ts'
import { isJsonOutput, type One, type OutputFlags, printOne } from './output-format.ts'
import { reportError } from './report-error.ts'
import { findWorkflow } from './workflow-ids.ts'

interface Request {
  readonly ids: readonly string[]
  /** The only one, typed in place: what is printed is no list, and its error is that of the command. */
  readonly isAlone: boolean
  /** Between two in a table: an empty line where each is a section. */
  readonly between?: string
  readonly flags: OutputFlags
}

/**
 * Finds each workflow and shows it: one after another, with `-o json` all of them as one array. Of several, one that is not
 * there or has nothing to show is told, counts for the exit code, and does not keep the others from being shown.
 */
export async function showEach(
  context: Context,
  store: Store,
  { ids, isAlone, between, flags }: Request,
  show: (workflow: Workflow, print: (one: One) => Promise<void>) => Promise<void>,
): Promise<void> {
  const { terminal, interrupts } = context
  const shown: unknown[] = []
  const print = async (one: One): Promise<void> => {
    shown.push(one.json)
    if (isAlone) return printOne(context, flags, one)
    if (flags.output === 'json') return
    const isNext = flags.output === 'table' && shown.length > 1
    if (isNext && between !== undefined) await terminal.print(between)
    await printOne(context, flags, one)
  }
  for (const id of ids) {
    if (interrupts.signal.aborted) return context.exitWith(interruptCode(context))
    try {
      await show(await findWorkflow(context, store, id), print)
    } catch (error) {
      if (isAlone || !isAboutOne(error)) throw error
      context.exitWith(reportError(context, error, isJsonOutput(flags)))
    }
  }
  if (!isAlone && flags.output === 'json') await terminal.print(toJsonText(shown))
}

const aboutAll: readonly ExitName[] = ['unavailable', 'permission', 'output-failed', 'interrupted', 'bug']

/** What else fails would fail for every other one as well. */
function isAboutOne(error: unknown): boolean {
  return error instanceof CliError && !aboutAll.includes(exitNameByErrorCode[error.code])
}
