import { Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { submitMessage } from '../../core/decide/submit-message.ts'
import { CliError } from '../../core/errors.ts'
import type { Store } from '../../core/store.ts'
import { describeTopic } from '../../core/topic.ts'
import { command, phrase } from '../../core/words/command-line.ts'
import { parseJson, parseJsonOrString } from '../../core/words/json.ts'
import type { JsonValue, Wait } from '../../core/workflow.ts'
import { addManyOptions } from '../../frame/bulk/bulk-options.ts'
import { addFilterOptions, toFilter } from '../../frame/filter-options.ts'
import { readInput } from '../../frame/input.ts'
import { readTopic } from '../../frame/option-parsers.ts'
import { addOutputOptions, printOne } from '../../frame/output-format.ts'
import { printNotice } from '../../frame/print-notice.ts'
import { addSignatureOptions } from '../../frame/record/sign.ts'
import { createTimeLimit } from '../../frame/time-limit.ts'
import { warnOfText } from '../../frame/warn-of-text.ts'
import { withStore } from '../../frame/with-store.ts'
import { findExactWorkflow } from '../../frame/workflow-ids.ts'
import { followMessage, type Receipt, readingSteps } from './follow-message.ts'
import { noteLeftBehind } from './note-left-behind.ts'
import type { AwaitedStage } from './report-decided.ts'
import { type SendFlags, sendToMany } from './send-to-many.ts'

export function sendCommand(context: Context): Command {
  const command = new Command('send')
    .summary('send a message to a workflow, or to many')
    .description(
      'Send a message to a workflow: JSON if it parses, else a string.\nWith a filter and --input, the same message once to each that it lets through and that has not ended.',
    )
    .argument('[id]', 'a whole id, or @last; or none, and options that say which')
    .argument('[message]', 'the message')
    .option('--topic <topic>', 'the topic that the workflow receives on (none by default)')
    .option('--input <source>', 'the message from @FILE, from stdin (-), or in place; must be JSON')
    .option(
      '--idempotency-key <key>',
      'send at most once under this key: the same again is 0, another message 9',
    )
    .option('--portable', 'write it as portable JSON (by itself for a workflow of another language)')
    .option('--force', 'also when the workflow has ended', false)
    .addOption(
      new Option('--wait <stage>', 'report when the workflow has read it, or ended').choices([
        'read',
        'ended',
      ]),
    )
    .option(
      '--timeout <duration>',
      'wait no longer than this: for a database that is on its way, and with --wait (exit 124)',
    )
    .action((id: string | undefined, message: string | undefined, _, command: Command) => {
      const flags = readTopic(command.optsWithGlobals<SendFlags>())
      const filter = toFilter(context, flags)
      if (filter)
        return sendToMany(
          context,
          [id, message].filter((word) => word !== undefined),
          filter,
          flags,
        )
      if (id === undefined) throw missingId()
      refuseBulk(flags)
      return runSend(context, id, message, flags)
    })
  addManyOptions(command)
  addSignatureOptions(command)
  addFilterOptions(command)
  return addOutputOptions(command, ['table', 'json', 'jsonl', 'ids'])
}

function missingId(): CliError {
  return new CliError('usage', "Missing required argument 'id'.", {
    hint: phrase`${command('send', ['@last', 'true'], { '--topic': 'TOPIC' })}   # ${command('inbox')} shows who waits, and on which topic`,
  })
}

/** Throws `usage`: of one workflow there is nothing to look at first, and nothing to go on with. */
function refuseBulk({ dryRun, rate, ledger }: SendFlags): void {
  const given = dryRun ? '--dry-run' : rate !== undefined ? '--rate' : ledger !== undefined ? '--ledger' : ''
  if (given === '') return
  throw new CliError('usage', `${given} is for several workflows: it goes with options that say which.`, {
    hint: command('send', [], { '--name': 'NAME', '--input': 'true', '--dry-run': true }),
  })
}

async function runSend(
  context: Context,
  id: string,
  typed: string | undefined,
  flags: SendFlags,
): Promise<void> {
  const message = await readMessage(context, typed, flags.input)
  const topic = flags.topic ?? null
  const limit = createTimeLimit(context, flags.timeout)
  const send = async (store: Store): Promise<void> => {
    const { workflowId } = await findExactWorkflow(context, store, id)
    const waits = await store.waits([workflowId])
    const { idempotencyKey, force, portable, wait: stage } = flags
    const readBefore = stage === undefined ? new Set<number>() : await readingSteps(store, workflowId)
    const result = await submitMessage(store, {
      ...{ workflowId, topic, message, idempotencyKey, force },
      ...(portable && { portable }),
    })
    printNotice(
      context,
      result === 'duplicate'
        ? `Already sent to ${workflowId} under this key; nothing was sent again.`
        : `Sent to ${workflowId}, ${describeTopic(topic)}.`,
    )
    if (result === 'sent') warnOfOtherTopic(context, waits, { workflowId, typed, ...flags })
    const json = { workflowId, topic, message, outcome: result }
    await noteLeftBehind(context, store, [workflowId])
    if (stage === undefined) return printOne(context, flags, { json, id: workflowId })
    const receipt = await followMessage(context, store, {
      ...{ workflowId, message, stage, timeoutMs: limit.leftMs() },
      // One that was sent before may have been read before.
      readBefore: result === 'duplicate' ? new Set() : readBefore,
    })
    const { readByStep, status, code } = receipt
    context.exitWith(code)
    printNotice(context, describeReceipt(receipt, stage))
    await printOne(context, flags, { json: { ...json, readByStep, status }, id: workflowId })
  }
  await withStore(context, flags, send, { limit, isFollowed: flags.wait !== undefined })
}

function describeReceipt({ readByStep, status }: Receipt, stage: AwaitedStage): string {
  const end = status === null ? '' : `${readByStep === null ? 'it' : ', and it'} ended ${status}`
  if (readByStep !== null) return `Read by step ${readByStep}${end}.`
  return status === null ? `Not ${stage === 'read' ? 'read' : 'ended'} yet.` : `Never read: ${end}.`
}

async function readMessage(
  context: Context,
  typed: string | undefined,
  input: string | undefined,
): Promise<JsonValue> {
  if (typed !== undefined && input === undefined) {
    warnOfText(context, [typed])
    return parseJsonOrString(typed)
  }
  if (typed === undefined && input !== undefined)
    return parseJson(await readInput(context, input), 'The --input')
  throw new CliError('usage', 'Give the message either as an argument or with --input, not both.', {
    hint: command('send', ['ID', '{"approved": true}'], { '--topic': 'TOPIC' }),
  })
}

/** A message to a wrong topic "succeeds" in DBOS, and then nobody reads it. */
function warnOfOtherTopic(
  context: Context,
  waits: readonly Wait[],
  { workflowId, typed, input, topic = null }: SendFlags & { workflowId: string; typed: string | undefined },
): void {
  const topics = waits.flatMap((wait) => (wait.topic === undefined ? [] : [wait.topic]))
  const [awaited] = topics
  if (awaited === undefined || topics.includes(topic)) return
  const message = typed === undefined ? [] : [typed]
  const again = command('send', [workflowId, ...message], {
    '--input': input,
    '--topic': awaited ?? undefined,
  })
  printNotice(
    context,
    `warning: it waits ${topics.map(describeTopic).join(' and ')}, not ${describeTopic(topic)}.`,
    phrase`hint: ${again}`,
  )
}
