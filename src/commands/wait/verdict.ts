import type { Context } from '../../context.ts'
import { CliError, exitCodeOf } from '../../core/errors.ts'
import { type ExitCode, exitCodes } from '../../core/exit-codes.ts'
import { type Assertion, requireAssertions } from '../../core/wait/assertion.ts'
import type { Expectation } from '../../core/wait/expectation.ts'
import { notMetYet, settle } from '../../core/wait/waiting.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import type { JsonValue, Workflow } from '../../core/workflow.ts'
import { type FollowOutcome, outcomeCode } from '../../frame/follow/follow-workflows.ts'
import { isJsonOutput, type OutputFlags, printOne, toResultText } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { reportError } from '../../frame/report-error.ts'
import { outcomeSentence } from '../../render/outcome.ts'
import { toJsonLine } from '../../render/to-json.ts'

/** What became of what was asked of one workflow. */
export interface Verdict {
  readonly expectation: Expectation
  readonly code: ExitCode
  /** Why it is not 0, in a sentence; null when it is. */
  readonly failure: string | null
  /** What met it; undefined where nothing did. */
  readonly value?: JsonValue
}

interface Case {
  readonly expectation: Expectation
  readonly outcome: FollowOutcome
  readonly assertions: readonly Assertion[]
  readonly flags: OutputFlags & { readonly failOnInput: boolean; readonly rawString: boolean }
  /** The only workflow: its value stands on stdout without its id. */
  readonly isAlone: boolean
}

/** Prints the value where there is one, says what is wrong where something is, and gives the code of it. */
export async function reach(context: Context, given: Case): Promise<Verdict> {
  const { expectation, outcome, flags } = given
  const { workflowId } = expectation
  const workflow = outcome.workflows.get(workflowId)
  const settled = settle(expectation, workflow, flags)
  if (workflow && settled?.kind === 'failed') return failed(context, given, workflow, settled.error)
  const value = settled?.kind === 'met' ? settled.value : undefined
  const error = settled?.kind === 'unmet' ? settled.error : await printAndCheck(context, given, value)
  if (error) {
    reportError(context, error, isJsonOutput(flags))
    return { expectation, code: exitCodeOf(error.code), failure: error.message, value }
  }
  if (settled) return { expectation, code: exitCodes.ok.code, failure: null, value }
  return {
    expectation,
    code: outcomeCode(context, outcome, workflowId),
    failure: notMetYet(expectation),
    value,
  }
}

/** It ended as was asked, but badly. */
function failed(
  context: Context,
  { expectation, outcome, isAlone, flags }: Case,
  workflow: Workflow,
  error: CliError,
): Verdict {
  const failure = outcomeSentence(workflow)
  const { workflowId } = workflow
  if (isJsonOutput(flags)) {
    return { expectation, code: reportError(context, error, true), failure }
  }
  if (!context.terminal.stderr.canRedraw)
    printNotice(context, isAlone ? failure : `${workflowId}: ${failure}`)
  printNotice(context, phrase`hint: ${command('explain', [workflowId])}`)
  return { expectation, code: outcomeCode(context, outcome, workflow.workflowId), failure }
}

async function printAndCheck(
  { terminal }: Context,
  { expectation: { workflowId }, assertions, flags, isAlone }: Case,
  value: JsonValue | undefined,
): Promise<CliError | undefined> {
  if (value === undefined) return undefined
  const json = { workflowId, value }
  const text = isAlone ? toResultText(terminal.stdout, value, flags.rawString) : toJsonLine(json)
  // With -o json all of them are one array.
  if (flags.output !== 'json') await printOne({ terminal }, flags, { json, id: workflowId, text })
  try {
    requireAssertions(assertions, workflowId, value)
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  return undefined
}
