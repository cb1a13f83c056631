import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { findActor, waitId } from '../../core/decide/decision.ts'
import type { Actor, DecisionVerb } from '../../core/decide/decision-record.ts'
import { findWait } from '../../core/decide/find-wait.ts'
import { type Decided, type Submission, submitDecision } from '../../core/decide/submit-decision.ts'
import { CliError } from '../../core/errors.ts'
import { type ExitCode, worstExitCode } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { parseJsonOrString } from '../../core/words/json.ts'
import type { JsonValue } from '../../core/workflow.ts'
import { readTopic } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { reportError } from '../../frame/report-error.ts'
import { withStore } from '../../frame/with-store.ts'
import { findExactWorkflow, nothingOnStdin, readIdsToChange } from '../../frame/workflow-ids.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'
import { decisionRules } from './decision-rules.ts'
import { addInboxFilters, asRead, type InboxFilters } from './open-waits.ts'
import { type AwaitedStage, reportDecided } from './report-decided.ts'
import { selectWaits } from './select-waits.ts'

interface DecisionFlags extends DatabaseFlags, OutputFlags, InboxFilters {
  readonly topic?: string | null
  readonly as?: string
  readonly comment?: string
  readonly data?: string
  readonly force: boolean
  readonly all: boolean
  readonly yes: boolean
  readonly wait?: AwaitedStage
  readonly timeout?: string
}

interface DecisionCommand {
  readonly verb: 'approve' | 'reject'
  readonly decision: DecisionVerb
  readonly summary: string
  readonly commentRequired: boolean
}

/** `approve` and `reject` are one command with two answers. */
export function decisionCommand(context: Context, kind: DecisionCommand): Command {
  const comment = kind.commentRequired ? 'why (required)' : 'why'
  const command = new Command(kind.verb)
    .summary(kind.summary)
    .description(
      `${kind.summary[0]?.toUpperCase()}${kind.summary.slice(1)}. A wait can be decided once; drover audit tells by whom.`,
    )
    .argument(
      '[wait...]',
      'ID#STEP, or the whole id of a workflow with one open wait; - reads them from stdin',
    )
    .option('--comment <text>', comment)
    .option('--as <name>', 'who decides (else DROVER_ACTOR, else the CI user, else the OS user and host)')
    .option('--data <message>', 'send this instead of the standard answer: JSON if it parses, else a string')
    .option(
      '--topic <topic>',
      "the topic that the workflow waits on, where it is not known ('' for none); with --all: only these",
    )
    .option('--all', 'every wait that is open now', false)
  return addOutputOptions(
    addInboxFilters(command, 'with --all: ')
      .option('--yes', 'with --all: without asking', false)
      .option('--force', 'send even though a message that is no decision lies there unread', false)
      .addOption(
        new Option('--wait <stage>', 'report when the workflow has read it, or ended').choices([
          'read',
          'ended',
        ]),
      )
      .option('--timeout <duration>', 'with --wait: no longer than this (exit 124)')
      .action((waits: string[], _, command: Command) =>
        runDecision(context, kind, waits, readTopic(command.optsWithGlobals<DecisionFlags>())),
      ),
    ['table', 'json', 'jsonl'],
  )
}

async function runDecision(
  context: Context,
  { verb, decision, commentRequired }: DecisionCommand,
  typed: readonly string[],
  flags: DecisionFlags,
): Promise<void> {
  refuseUnclear(verb, typed, flags)
  if (commentRequired && !flags.comment) {
    throw new CliError('usage', `A ${verb}ion needs a reason.`, {
      hint: command(verb, typed, { '--all': flags.all, '--comment': '…' }),
    })
  }
  const answer = {
    decision,
    data: flags.data === undefined ? undefined : parseJsonOrString(flags.data),
    actor: findActor(flags.as, context.env, context.userAndHost, context.terminal.isCI),
    comment: flags.comment ?? null,
  }
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  const ids = flags.all ? [] : await readIdsToChange(context, typed)
  await withStore(context, flags, async (store, settings) => {
    const decider = createDecider(context, store, settings, answer, flags)
    if (flags.all) {
      const waits = await selectWaits(context, store, settings, verb, flags)
      for (const wait of waits) {
        const { name } = wait
        await decider.decide(async () => ({ wait: asRead(wait), name, topic: flags.topic }))
      }
    }
    if (!flags.all && ids.length === 0) printNotice(context, nothingOnStdin(store, verb))
    for (const id of ids) {
      await decider.decide(async () => {
        const decider = { by: answer.actor.name, isRecorded: settings.audit.value === 'on' }
        const { workflow, ...addressed } = await findWait(store, id, decider, (typed) =>
          findExactWorkflow(context, store, typed),
        ).catch(async (error) => {
          throw (await beginningOfId(store, verb, id, flags, error)) ?? error
        })
        return { ...addressed, name: workflow.name, topic: flags.topic }
      })
    }
    const codes = await reportDecided(context, store, decider.decided, { ...flags, timeoutMs })
    context.exitWith(worstExitCode([...decider.codes, ...codes]))
  })
}

/** How many ids with the same beginning are looked through for the one that waits. */
const mostAlike = 50

/** Lists show the head of a UUID, and what decides takes whole ids: says which one was meant where only one waits. */
async function beginningOfId(
  store: Store,
  verb: string,
  typed: string,
  { comment, data, topic }: DecisionFlags,
  error: unknown,
): Promise<CliError | undefined> {
  const [, head, step] = /^([\da-f][\da-f-]{7,})(?:#(\d+))?$/i.exec(typed) ?? []
  if (head === undefined || !(error instanceof CliError) || error.code !== 'workflow-not-found')
    return undefined
  const open = await store.waits(await store.findByPrefix(head, mostAlike))
  const [only, ...others] = open.filter((wait) => step === undefined || wait.step === Number(step))
  if (!only) return undefined
  const again = command(verb, [waitId(only)], {
    '--comment': comment,
    '--data': data,
    '--topic': topic === null ? '' : topic,
  })
  return new CliError(error.code, `"${typed}" is the beginning of an id, and to ${verb} takes a whole one.`, {
    hint: others.length === 0 ? again : phrase`${command('inbox', [], { '-o': 'ids' })}   # prints whole ids`,
  })
}

function refuseUnclear(verb: string, typed: readonly string[], { all }: DecisionFlags): void {
  if (all === (typed.length === 0)) return
  throw new CliError('usage', all ? 'Name waits, or say --all; not both.' : `Nothing is named to ${verb}.`, {
    hint: phrase`${command('inbox')}   # lists what can be decided, ${command(verb, [], { '--all': true })} decides it`,
  })
}

interface Answer {
  readonly decision: DecisionVerb
  readonly data: JsonValue | undefined
  readonly actor: Actor
  readonly comment: string | null
}

/** Decides one wait after the other: what goes wrong with one is told, and the next one has its turn. */
function createDecider(
  context: Context,
  store: Store,
  settings: Settings,
  answer: Answer,
  { force, output }: DecisionFlags,
) {
  const decided: Decided[] = []
  const codes: ExitCode[] = []
  return {
    decided,
    codes,
    decide: async (
      find: () => Promise<Pick<Submission, 'wait' | 'name' | 'topic' | 'isOver' | 'isByWorkflow'>>,
    ) => {
      try {
        decided.push(
          await submitDecision(store, decisionRules(context, settings), {
            ...answer,
            force,
            ...(await find()),
          }),
        )
      } catch (error) {
        if (!(error instanceof CliError)) throw error
        codes.push(reportError(context, error, output !== 'table'))
      }
    },
  }
}
