import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { type Assertion, parseAssertions } from '../../core/assertion.ts'
import { parseCondition } from '../../core/condition.ts'
import { worstExitCode } from '../../core/exit-codes.ts'
import { Expectation } from '../../core/expectation.ts'
import type { Store } from '../../core/store.ts'
import { isEnded } from '../../core/workflow.ts'
import { addAssertOption } from '../../frame/assert-option.ts'
import { reportToGitHub } from '../../frame/ci-report.ts'
import { withStore } from '../../frame/database.ts'
import { noteDetached } from '../../frame/detach.ts'
import { noteWhy, surroundingsOf } from '../../frame/explain.ts'
import { type FollowOutcome, follow } from '../../frame/follow.ts'
import { createTimeLimit } from '../../frame/time-limit.ts'
import { findWorkflow, readIds } from '../../frame/workflow-ids.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { reach, type Verdict } from './verdict.ts'
import { writeEmptyJunit, writeJunit } from './write-junit.ts'

interface WaitFlags extends DatabaseFlags {
  readonly for: readonly string[]
  readonly any: boolean
  readonly failOnInput: boolean
  readonly assert: readonly string[]
  readonly timeout?: string
  readonly junit?: string
  readonly rawString: boolean
}

export function waitCommand(context: Context): Command {
  const command = new Command('wait')
    .summary('wait until workflows end, publish an event, or wait for a message')
    .description(
      'Wait for a condition and print what met it as JSON; without --for, the result.\nA workflow that ends without it is 9, at once.',
    )
    .argument('<id...>', 'ids; - reads them from stdin')
    .option(
      '--for <condition>',
      'ended, status=STATUS, event:KEY, event:KEY=JSON (also != < <= > >=), stream:KEY, step:NAME, or message (it waits for one); repeat it to ask for all of them',
      (condition: string, earlier: readonly string[]) => [...earlier, condition],
      [],
    )
    .option('--any', 'with several ids: the first one is enough', false)
    .option('--fail-on-input', 'do not wait for a workflow that waits for a message itself (exit 10)', false)
    .option(
      '--timeout <duration>',
      'give up after this long (exit 124); a database that is on its way is waited for',
    )
    .option('--junit <file>', 'write the steps as test cases for a CI system')
    .option('-r, --raw-string', 'print a string without quotes', false)
  addAssertOption(command)
  return command.action((ids: string[], _, command: Command) =>
    runWait(context, ids, command.optsWithGlobals<WaitFlags>()),
  )
}

async function runWait(context: Context, typed: readonly string[], flags: WaitFlags): Promise<void> {
  const conditions = (flags.for.length > 0 ? flags.for : ['ended']).map(parseCondition)
  const assertions = await parseAssertions(flags.assert)
  const limit = createTimeLimit(context, flags.timeout)
  const ids = await readIds(context, typed)
  await withStore(
    context,
    flags,
    async (store, settings) => {
      const workflows = await Promise.all(ids.map((id) => findWorkflow(context, store, id)))
      if (flags.junit !== undefined) await writeEmptyJunit(context, flags.junit)
      const expected = workflows.map(({ workflowId }) => new Expectation(workflowId, conditions))
      const timeoutMs = limit.leftMs()
      const outcome = await followUntilMet(context, store, expected, { ...flags, timeoutMs })
      if (isBlocked(expected, flags)) await findOtherBlocked(store, expected)
      const verdicts = await judge(context, { expected, outcome, assertions, flags })
      context.exitWith(worstExitCode(verdicts.map(({ code }) => code)))
      const open = expected.filter(({ isMet }) => !isMet).map(({ workflowId }) => workflowId)
      noteDetached(context, outcome, open)
      if (outcome.reason === 'timed-out') await noteWhy(context, store, open, surroundingsOf(store, settings))
      await reportToGitHub(context, [...outcome.workflows.values()])
      if (flags.junit !== undefined)
        await writeJunit(context, store, { file: flags.junit, verdicts, outcome })
    },
    { limit },
  )
}

interface Patience extends Pick<WaitFlags, 'any' | 'failOnInput'> {
  readonly timeoutMs: number | undefined
}

function followUntilMet(
  context: Context,
  store: Store,
  expected: readonly Expectation[],
  { any, failOnInput, timeoutMs }: Patience,
): Promise<FollowOutcome> {
  const { stderr } = context.terminal
  const needed = [
    ...expected.flatMap(({ changeTypes }) => changeTypes),
    ...(failOnInput ? ['waits' as const] : []),
  ]
  return follow(context, store, {
    workflowIds: expected.map(({ workflowId }) => workflowId),
    output: stderr,
    format: stderr.canRedraw ? 'picture' : 'heartbeat',
    timeoutMs,
    types: stderr.canRedraw ? undefined : [...new Set(needed)],
    onChange: (change) => {
      for (const expectation of expected) expectation.take(change)
      if (isBlocked(expected, { failOnInput })) return true
      return any ? expected.some(({ isMet }) => isMet) : expected.every(({ isMet }) => isMet)
    },
  })
}

interface Judged {
  readonly expected: readonly Expectation[]
  readonly outcome: FollowOutcome
  readonly assertions: readonly Assertion[]
  readonly flags: WaitFlags
}

function isBlocked(
  expected: readonly Expectation[],
  { failOnInput }: Pick<WaitFlags, 'failOnInput'>,
): boolean {
  return failOnInput && expected.some(({ blockedBy }) => blockedBy)
}

/** The first one ended the waiting; to answer one after another would take as many runs. */
async function findOtherBlocked(store: Store, expected: readonly Expectation[]): Promise<void> {
  const waits = await store.waits(expected.map(({ workflowId }) => workflowId))
  for (const expectation of expected) expectation.takeWaits(waits)
}

/** With `--any` those that met it are enough, and where one is blocked nothing is held against those that still run. */
async function judge(context: Context, { expected, outcome, assertions, flags }: Judged): Promise<Verdict[]> {
  const met = expected.filter(({ isMet }) => isMet)
  const hasEnded = ({ workflowId }: Expectation) =>
    isEnded(outcome.workflows.get(workflowId)?.status ?? 'PENDING')
  const decided = expected.filter((one) => one.isMet || one.blockedBy || hasEnded(one))
  const isEnough = flags.any && met.length > 0
  const relevant = isEnough ? met : isBlocked(expected, flags) ? decided : expected
  const verdicts: Verdict[] = []
  for (const expectation of relevant) {
    const isAlone = expected.length === 1
    verdicts.push(await reach(context, { expectation, outcome, assertions, flags, isAlone }))
  }
  return verdicts
}
