import { Command } from 'commander'
import type { Context } from '../context.ts'
import {
  type Actor,
  deciderOf,
  decisionMessage,
  findActor,
  isSameDecision,
  topicOf,
  waitId,
} from '../core/decision.ts'
import { CliError } from '../core/errors.ts'
import { type ExitCode, exitCodes, worstExitCode } from '../core/exit-codes.ts'
import { parseJson } from '../core/json.ts'
import type { DecisionOutcome, DecisionVerb, Store } from '../core/store.ts'
import type { JsonValue, Message, Wait } from '../core/workflow.ts'
import { toJsonLine } from '../render/json.ts'
import type { DatabaseFlags, Settings } from '../settings/settings.ts'
import { withStore } from './database.ts'
import { type AnsweredWait, findWait } from './find-wait.ts'
import { addOutputOptions, type OutputFlags } from './output-format.ts'
import { reportError } from './report-error.ts'
import { tell } from './tell.ts'
import { readIds } from './workflow-ids.ts'

interface DecisionFlags extends DatabaseFlags, OutputFlags {
  readonly as?: string
  readonly comment?: string
  readonly data?: string
  readonly topic?: string
  readonly force: boolean
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
    .description(`${kind.summary[0]?.toUpperCase()}${kind.summary.slice(1)}. A wait can be decided once.`)
    .argument(
      '<wait...>',
      'ID#STEP, or the whole id of a workflow with one open wait; - reads them from stdin',
    )
    .option('--comment <text>', comment)
    .option('--as <name>', 'who decides (else DROVER_ACTOR, else the CI user, else the OS user and host)')
    .option('--data <json>', 'send this instead of the standard answer')
    .option('--topic <topic>', 'the topic that the workflow waits on, where it is not known')
    .option('--force', 'send even though a message that is no decision lies there unread', false)
    .action((waits: string[], _, command: Command) =>
      runDecision(context, kind, waits, command.optsWithGlobals<DecisionFlags>()),
    )
  return addOutputOptions(command, ['table', 'json', 'jsonl'])
}

async function runDecision(
  context: Context,
  { verb, decision, commentRequired }: DecisionCommand,
  typed: readonly string[],
  flags: DecisionFlags,
): Promise<void> {
  if (commentRequired && !flags.comment) {
    throw new CliError('usage', `A ${verb}ion needs a reason.`, {
      hint: `drover ${verb} ${typed.join(' ')} --comment "…"`,
    })
  }
  const data = flags.data === undefined ? undefined : parseJson(flags.data, 'the --data')
  const actor = findActor(flags.as, context.env, context.userAndHost, context.terminal.isCI)
  const waits = await readIds(context, typed)
  await withStore(context, flags, async (store, settings) => {
    const codes: ExitCode[] = []
    for (const wait of waits) {
      codes.push(await decideOne(context, store, settings, { typed: wait, decision, data, actor, flags }))
    }
    context.exitWith(worstExitCode(codes))
  })
}

interface Request {
  readonly typed: string
  readonly decision: DecisionVerb
  readonly data: JsonValue | undefined
  readonly actor: Actor
  readonly flags: DecisionFlags
}

/** One wait of several: what goes wrong with it is told, and the next one has its turn. */
async function decideOne(
  context: Context,
  store: Store,
  settings: Settings,
  { typed, decision, data, actor, flags }: Request,
): Promise<ExitCode> {
  try {
    const addressed = await findWait(context, store, typed, actor)
    const { workflow } = addressed
    const wait = 'wait' in addressed ? addressed.wait : answeredWait(addressed)
    const profile = settings.workflows[workflow.name]
    const comment = flags.comment ?? null
    const message = decisionMessage(wait, profile, { decision, data, actor, comment, at: context.now() })
    const topic = topicOf(wait, profile, flags.topic)
    const result =
      'wait' in addressed
        ? await store.decide({ wait, topic, decision, message, force: flags.force })
        : compareWith(addressed.answer, message)
    await reportOutcome(context, wait, { decision, actor, comment, topic, flags, result })
    return exitCodes.ok.code
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return reportError(context, error, flags.output !== 'table')
  }
}

/** A wait that is over: only its answer is left to look at. */
function answeredWait({ workflow, step, answer }: AnsweredWait): Wait {
  const { workflowId } = workflow
  const { topic, sentAt } = answer
  return {
    workflowId,
    step,
    topic,
    prompt: null,
    since: sentAt,
    until: null,
    state: 'answered',
    asked: false,
    request: null,
  }
}

function compareWith(answer: Message, message: JsonValue): DecisionOutcome {
  const outcome = isSameDecision(answer.message, message) ? 'repeated' : 'decided-otherwise'
  return { outcome, message: answer.message, sentAt: answer.sentAt }
}

interface Outcome {
  readonly decision: DecisionVerb
  readonly actor: Actor
  readonly comment: string | null
  readonly topic: string | null
  readonly flags: DecisionFlags
  readonly result: DecisionOutcome
}

/** Says what became of the decision; throws where it was refused. */
async function reportOutcome(
  context: Context,
  wait: Wait,
  { decision, actor, comment, topic, flags, result }: Outcome,
): Promise<void> {
  const { workflowId, step } = wait
  const id = waitId(wait)
  if (result.outcome !== 'stored' && result.outcome !== 'repeated') throw refusal(wait, result)
  const isNew = result.outcome === 'stored'
  if (flags.output === 'table') {
    const earlier = isNew ? '' : describeEarlier(result.message, result.sentAt)
    return tell(context, isNew ? `${id} ${decision} by ${actor.name}.` : `${id}: already recorded${earlier}.`)
  }
  const by = isNew ? actor.name : (deciderOf(result.message) ?? null)
  const at = isNew ? context.now() : result.sentAt
  const { outcome } = result
  await context.terminal.print(toJsonLine({ workflowId, step, topic, decision, by, comment, outcome, at }))
}

type Refused = Exclude<DecisionOutcome, { outcome: 'stored' }>

function refusal(wait: Wait, result: Refused): CliError {
  const { workflowId } = wait
  const id = waitId(wait)
  switch (result.outcome) {
    case 'repeated':
    case 'decided-otherwise':
      return new CliError(
        'already-decided',
        `${id} was decided otherwise${describeEarlier(result.message, result.sentAt)}: ${JSON.stringify(result.message)}.`,
        { hint: `drover messages ${workflowId}` },
      )
    case 'foreign-message':
      return new CliError(
        'already-answered',
        `${id} has an unread message already, which is no decision: ${JSON.stringify(result.message)}.`,
        { hint: 'send all the same with --force' },
      )
    case 'ended':
      return new CliError('already-ended', `${workflowId} ended ${result.status}.`, {
        hint: `drover get ${workflowId}`,
      })
    case 'deadline-passed':
      return new CliError(
        'deadline-passed',
        `${id} waited until ${result.until.toISOString()}; it is too late.`,
        {
          hint: `drover watch ${workflowId}`,
        },
      )
    default:
      return result satisfies never
  }
}

function describeEarlier(message: JsonValue, sentAt: Date): string {
  const by = deciderOf(message)
  return `${by ? ` by ${by}` : ''} at ${sentAt.toISOString()}`
}
