import { Command } from 'commander'
import type { Context } from '../../context.ts'
import { createWaitKnowledge } from '../../core/decide/known-waits.ts'
import { worstExitCode } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { type Assertion, parseAssertions } from '../../core/wait/assertion.ts'
import { isAboutPresence, parseConditions } from '../../core/wait/condition.ts'
import type { Expectation } from '../../core/wait/expectation.ts'
import { Waiting } from '../../core/wait/waiting.ts'
import { isEnded } from '../../core/workflow.ts'
import { addAssertOption } from '../../frame/assert-option.ts'
import { addFilterOptions, type FilterFlags } from '../../frame/filter-options.ts'
import { reportToGitHub } from '../../frame/follow/ci-report.ts'
import { type FollowOutcome, follow } from '../../frame/follow/follow-workflows.ts'
import { noteDetached } from '../../frame/follow/note-detached.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { noteWhy, surroundingsOf } from '../../frame/print-explanation.ts'
import { createTimeLimit } from '../../frame/time-limit.ts'
import { withStore } from '../../frame/with-store.ts'
import { toJsonText } from '../../render/to-json.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'
import { findAwaited, printGone, readTarget } from './awaited.ts'
import { reach, type Verdict } from './verdict.ts'
import { writeEmptyJunit, writeJunit } from './write-junit.ts'

interface WaitFlags extends DatabaseFlags, OutputFlags, FilterFlags {
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
    .summary('wait until workflows are created, publish an event, wait for a message, or end')
    .description(
      'Wait for a condition and print what met it as JSON; without --for, the result.\nA workflow that ends without it is 9, at once.\nOf an event the latest value counts: event:KEY prints it, and a comparison is of the value at the start and of each one published after, also if it was overwritten at once.\ncreated waits for an id that is not there yet, or for what options such as --name and --attr say to appear, and prints the id; --since 1m counts what is there.',
    )
    .argument('[id...]', 'ids; - reads them from stdin; or none, and options that say which')
    .option(
      '--for <condition>',
      'ended, status=STATUS, result.PATH=JSON (also != < <= > >=), event:KEY, event:KEY.PATH=JSON, stream:KEY, step:NAME, message (it waits for one), created or deleted; repeat it to ask for all of them',
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
  addFilterOptions(command)
  command.action((ids: string[], _, command: Command) =>
    runWait(context, ids, command.optsWithGlobals<WaitFlags>()),
  )
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

async function runWait(context: Context, typed: readonly string[], flags: WaitFlags): Promise<void> {
  const conditions = parseConditions(flags.for.length > 0 ? flags.for : ['ended'])
  const assertions = await parseAssertions(flags.assert)
  const limit = createTimeLimit(context, flags.timeout)
  const target = await readTarget(context, typed, flags)
  const isIdAsked = conditions.every(isAboutPresence) && flags.output === 'table'
  await withStore(
    context,
    flags,
    async (store, settings) => {
      if (flags.junit !== undefined) await writeEmptyJunit(context, flags.junit)
      const found = await findAwaited(context, store, { target, conditions, limit, any: flags.any })
      if (conditions.some(({ kind }) => kind === 'deleted')) return printGone(context, flags, found)
      const waiting = await Waiting.begin(store, found, conditions, flags)
      const { expected } = waiting
      const outcome = await followUntilOver(context, store, waiting, limit.leftMs(), settings)
      if (waiting.isBlocked) await findOtherBlocked(store, expected, outcome, settings)
      const verdicts = await judge(context, {
        ...{ waiting, outcome, assertions },
        flags: isIdAsked ? { ...flags, output: 'ids' } : flags,
      })
      if (flags.output === 'json') await printValues(context, verdicts)
      context.exitWith(worstExitCode(verdicts.map(({ code }) => code)))
      const open = expected.filter(({ isMet }) => !isMet).map(({ workflowId }) => workflowId)
      noteDetached(context, outcome, open)
      if (outcome.reason === 'timed-out')
        await noteWhy(context, store, open, surroundingsOf(context, store, settings))
      await reportToGitHub(context, [...outcome.workflows.values()])
      if (flags.junit !== undefined)
        await writeJunit(context, store, { file: flags.junit, verdicts, outcome })
    },
    { limit, isFollowed: true },
  )
}

function followUntilOver(
  context: Context,
  store: Store,
  waiting: Waiting,
  timeoutMs: number | undefined,
  { workflows }: Pick<Settings, 'workflows'>,
): Promise<FollowOutcome> {
  const { stderr } = context.terminal
  const { types, latestEvents } = waiting.following
  return follow(context, store, {
    workflowIds: waiting.expected.map(({ workflowId }) => workflowId),
    workflows,
    output: stderr,
    format: stderr.canRedraw ? 'picture' : 'heartbeat',
    timeoutMs,
    types: stderr.canRedraw ? undefined : types,
    latestEvents,
    onChange: (change) => {
      waiting.take(change)
      return waiting.isOver
    },
  })
}

/** The first one ended the waiting; to answer one after another would take as many runs. */
async function findOtherBlocked(
  store: Store,
  expected: readonly Expectation[],
  { workflows: seen }: FollowOutcome,
  { workflows }: Pick<Settings, 'workflows'>,
): Promise<void> {
  const know = createWaitKnowledge(store, workflows)
  const open = await store.waits(expected.map(({ workflowId }) => workflowId))
  const waits = await know(open.map((wait) => ({ ...wait, name: seen.get(wait.workflowId)?.name ?? '' })))
  for (const expectation of expected) expectation.takeWaits(waits)
}

/** Of those that were met. */
async function printValues({ terminal }: Context, verdicts: readonly Verdict[]): Promise<void> {
  const met = verdicts.flatMap(({ expectation: { workflowId }, value }) =>
    value === undefined ? [] : [{ workflowId, value }],
  )
  await terminal.print(toJsonText(met))
}

interface Judged {
  readonly waiting: Waiting
  readonly outcome: FollowOutcome
  readonly assertions: readonly Assertion[]
  readonly flags: WaitFlags
}

/** With `--any` those that met it are enough, and where one is blocked nothing is held against those that still run. */
async function judge(context: Context, { waiting, outcome, assertions, flags }: Judged): Promise<Verdict[]> {
  const { expected, isBlocked } = waiting
  const met = expected.filter(({ isMet }) => isMet)
  const hasEnded = ({ workflowId }: Expectation) =>
    isEnded(outcome.workflows.get(workflowId)?.status ?? 'PENDING')
  const decided = expected.filter((one) => one.isMet || one.blockedBy || hasEnded(one))
  const isEnough = flags.any && met.length > 0
  const relevant = isEnough ? met : isBlocked ? decided : expected
  const verdicts: Verdict[] = []
  for (const expectation of relevant) {
    const isAlone = expected.length === 1
    verdicts.push(await reach(context, { expectation, outcome, assertions, flags, isAlone }))
  }
  return verdicts
}
