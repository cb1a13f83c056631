import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import type { Actor, Verdict } from '../../core/decide/decision.ts'
import { findActor } from '../../core/decide/find-actor.ts'
import { findWait } from '../../core/decide/find-wait.ts'
import { type Decided, submitDecision } from '../../core/decide/submit-decision.ts'
import { waitId } from '../../core/decide/wait-id.ts'
import { CliError } from '../../core/errors.ts'
import { type ExitCode, worstExitCode } from '../../core/exit-codes.ts'
import type { Store } from '../../core/store.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { refuseImpossibleStep } from '../../core/words/database-value.ts'
import { parseDuration } from '../../core/words/duration.ts'
import { parseJsonOrString } from '../../core/words/json.ts'
import { readTopic } from '../../frame/option-parsers.ts'
import { addOutputOptions, type OutputFlags } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { reportError } from '../../frame/report-error.ts'
import { withStore } from '../../frame/with-store.ts'
import { findExactWorkflow, nothingOnStdin, readIdsToChange } from '../../frame/workflow-ids.ts'
import { counted } from '../../render/text.ts'
import type { DatabaseFlags, Settings } from '../../settings/settings.ts'
import { decisionRules, noteUnrecorded } from './decision-rules.ts'
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
  readonly verdict: Verdict
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
  { verb, verdict, commentRequired }: DecisionCommand,
  typed: readonly string[],
  flags: DecisionFlags,
): Promise<void> {
  refuseUnclear(verb, typed, flags)
  if (commentRequired && !flags.comment) {
    throw new CliError('usage', `A ${verb}ion needs a reason.`, {
      hint: command(verb, typed, { '--all': flags.all, '--comment': '…' }),
    })
  }
  const said = {
    verdict,
    message: flags.data === undefined ? undefined : parseJsonOrString(flags.data),
    topic: flags.topic,
    actor: findActor(flags.as, context.env, context.userAndHost, context.terminal.isCI),
    comment: flags.comment ?? null,
    force: flags.force,
  }
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration(flags.timeout)
  const ids = flags.all ? [] : await readIdsToChange(context, typed)
  for (const id of ids) refuseImpossibleStep(id)
  await withStore(context, flags, async (store, settings) => {
    const rules = decisionRules(context, settings)
    const decided: Decided[] = []
    const codes: ExitCode[] = []
    const finds = flags.all
      ? (await selectWaits(context, store, settings, verb, flags)).map((wait) => async () => ({
          wait: asRead(wait),
          name: wait.name,
        }))
      : ids.map((id) => () => findNamed(context, store, settings, id, verb, flags, said.actor))
    if (!flags.all && ids.length === 0) printNotice(context, nothingOnStdin(store, verb))
    if (flags.all || finds.length > 1) {
      const what = `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${counted(finds.length, 'wait')}`
      if (finds.length > 0) await store.guard?.permit({ what, isOne: false })
    }
    if (finds.length > 0) noteUnrecorded(context, settings)
    for (const find of finds) {
      try {
        decided.push(await submitDecision(store, rules, { ...said, ...(await find()) }))
      } catch (error) {
        if (!(error instanceof CliError)) throw error
        codes.push(reportError(context, error, flags.output !== 'table'))
      }
    }
    const reported = await reportDecided(context, store, decided, { ...flags, timeoutMs })
    context.exitWith(worstExitCode([...codes, ...reported]))
  })
}

/** The wait that an id on the command line stands for. */
async function findNamed(
  context: Context,
  store: Store,
  settings: Settings,
  id: string,
  verb: string,
  flags: DecisionFlags,
  actor: Actor,
) {
  const decider = { by: actor.name, isRecorded: settings.audit.value !== 'off' }
  const find = (typed: string) => findExactWorkflow(context, store, typed)
  const { workflow, ...addressed } = await findWait(store, id, decider, find).catch(async (error) => {
    throw (await beginningOfId(store, verb, id, flags, error)) ?? error
  })
  return { ...addressed, name: workflow.name }
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
