import { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Change, ChangeType } from '../core/change.ts'
import {
  type Condition,
  changeTypesFor,
  describeCondition,
  meets,
  parseCondition,
} from '../core/condition.ts'
import { parseDuration } from '../core/duration.ts'
import { CliError } from '../core/errors.ts'
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.ts'
import type { Store } from '../core/store.ts'
import type { JsonValue, Workflow } from '../core/workflow.ts'
import { withStore } from '../frame/database.ts'
import { noteDetached } from '../frame/detach.ts'
import { type FollowOutcome, follow, outcomeCode } from '../frame/follow.ts'
import { toResultText } from '../frame/output-format.ts'
import { tell } from '../frame/tell.ts'
import { findWorkflow, readIds } from '../frame/workflow-ids.ts'
import { toJsonLine } from '../render/json.ts'
import { outcomeSentence } from '../render/outcome.ts'
import type { DatabaseFlags } from '../settings/settings.ts'

interface WaitFlags extends DatabaseFlags {
  readonly for: readonly string[]
  readonly any: boolean
  readonly timeout?: string
  readonly rawString: boolean
}

export function waitCommand(context: Context): Command {
  return new Command('wait')
    .summary('wait until workflows end, publish an event, or wait for a message')
    .description('Wait for a condition and print what met it as JSON; without --for, the result.')
    .argument('<id...>', 'ids; - reads them from stdin')
    .option(
      '--for <condition>',
      'ended, status=STATUS, event:KEY, event:KEY=JSON (also != < <= > >=), stream:KEY, step:NAME, or message (it waits for one); repeat it to ask for all of them',
      (condition: string, earlier: readonly string[]) => [...earlier, condition],
      [],
    )
    .option('--any', 'with several ids: the first one is enough', false)
    .option('--timeout <duration>', 'give up after this long (exit 124)')
    .option('-r, --raw-string', 'print a string without quotes', false)
    .action((ids: string[], _, command: Command) =>
      runWait(context, ids, command.optsWithGlobals<WaitFlags>()),
    )
}

async function runWait(context: Context, typed: readonly string[], flags: WaitFlags): Promise<void> {
  const conditions = (flags.for.length > 0 ? flags.for : ['ended']).map(parseCondition)
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  const ids = await readIds(context, typed)
  await withStore(context, flags, async (store) => {
    const workflows = await Promise.all(ids.map((id) => findWorkflow(context, store, id)))
    const waiting = workflows.map(({ workflowId }) => new Expectation(workflowId, conditions))
    const outcome = await followUntilMet(context, store, waiting, { any: flags.any, timeoutMs })
    await printMet(context, waiting, outcome, flags.rawString)
    settle(context, waiting, outcome, flags.any)
  })
}

/** What one workflow has met so far of what was asked for. */
class Expectation {
  readonly workflowId: string
  readonly #met = new Map<Condition, JsonValue>()
  readonly #conditions: readonly Condition[]

  constructor(workflowId: string, conditions: readonly Condition[]) {
    this.workflowId = workflowId
    this.#conditions = conditions
  }

  take(change: Change): void {
    if (change.workflowId !== this.workflowId) return
    for (const condition of this.missing) {
      const met = meets(condition, change)
      if (met) this.#met.set(condition, met.value)
    }
  }

  get missing(): readonly Condition[] {
    return this.#conditions.filter((condition) => !this.#met.has(condition))
  }

  get isMet(): boolean {
    return this.missing.length === 0
  }

  /** The value that met the last condition; of several conditions the last one named is the point. */
  get value(): JsonValue {
    return [...this.#conditions].map((condition) => this.#met.get(condition) ?? null).at(-1) ?? null
  }

  get asksForEnd(): boolean {
    return this.#conditions.some(({ kind }) => kind === 'ended')
  }

  get changeTypes(): readonly ChangeType[] {
    return this.#conditions.flatMap(changeTypesFor)
  }
}

function followUntilMet(
  context: Context,
  store: Store,
  waiting: readonly Expectation[],
  { any, timeoutMs }: { readonly any: boolean; readonly timeoutMs: number | undefined },
): Promise<FollowOutcome> {
  const { stderr } = context.terminal
  return follow(context, store, {
    workflowIds: waiting.map(({ workflowId }) => workflowId),
    output: stderr,
    format: stderr.canRedraw ? 'picture' : 'heartbeat',
    timeoutMs,
    types: stderr.canRedraw ? undefined : [...new Set(waiting.flatMap(({ changeTypes }) => changeTypes))],
    onChange: (change) => {
      for (const expectation of waiting) expectation.take(change)
      return any ? waiting.some(({ isMet }) => isMet) : waiting.every(({ isMet }) => isMet)
    },
  })
}

async function printMet(
  { terminal }: Context,
  waiting: readonly Expectation[],
  { workflows }: FollowOutcome,
  rawString: boolean,
): Promise<void> {
  for (const { isMet, workflowId, value, asksForEnd } of waiting) {
    if (!isMet || (asksForEnd && workflows.get(workflowId)?.status !== 'SUCCESS')) continue
    const text =
      waiting.length === 1
        ? toResultText(terminal.stdout, value, rawString)
        : toJsonLine({ workflowId, value })
    await terminal.print(text)
  }
}

function settle(
  context: Context,
  waiting: readonly Expectation[],
  outcome: FollowOutcome,
  any: boolean,
): void {
  const isEnough = any && waiting.some(({ isMet }) => isMet)
  const relevant = isEnough ? waiting.filter(({ isMet }) => isMet) : waiting
  context.exitWith(worstExitCode(relevant.map((expectation) => codeOf(context, expectation, outcome))))
  noteDetached(
    context,
    outcome,
    waiting.filter(({ isMet }) => !isMet).map(({ workflowId }) => workflowId),
  )
}

function codeOf(context: Context, expectation: Expectation, outcome: FollowOutcome): ExitCode {
  const { workflowId, isMet, asksForEnd } = expectation
  if (isMet && !asksForEnd) return exitCodes.ok.code
  if (!isMet && outcome.reason === 'ended') return reportUnmet(context, expectation, outcome)
  const code = outcomeCode(context, outcome, workflowId)
  const workflow = outcome.workflows.get(workflowId)
  if (workflow && isMet && code !== exitCodes.ok.code && !context.terminal.stderr.canRedraw) {
    tell(context, outcomeSentence(workflow))
  }
  return code
}

function reportUnmet(
  context: Context,
  { workflowId, missing }: Expectation,
  outcome: FollowOutcome,
): ExitCode {
  const status = (outcome.workflows.get(workflowId) as Workflow).status
  const unmet = missing.map(describeCondition).join(' and ')
  const error = new CliError('condition-not-met', `${workflowId} ended ${status} without ${unmet}.`, {
    hint: `drover get ${workflowId}`,
  })
  tell(context, `${error.message}\nhint: ${error.hint}`)
  return exitCodes.conflict.code
}
