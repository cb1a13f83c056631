import { randomUUID } from 'node:crypto'
import type { Context } from '../../context.ts'
import { CliError } from '../../core/errors.ts'
import type { PlannedTarget } from '../../core/manage/ledger.ts'
import type { ManageResult } from '../../core/manage/manage.ts'
import type { WorkflowFilter } from '../../core/manage/workflow-filter.ts'
import type { SendRequest } from '../../core/run/start.ts'
import type { Store } from '../../core/store.ts'
import { describeTopic } from '../../core/topic.ts'
import { command } from '../../core/words/command-line.ts'
import { stringifyExact } from '../../core/words/exact-number.ts'
import { parseJson } from '../../core/words/json.ts'
import type { JsonValue } from '../../core/workflow.ts'
import { runBulk } from '../../frame/bulk/bulk.ts'
import type { BulkFlags } from '../../frame/bulk/bulk-options.ts'
import { readInput } from '../../frame/input.ts'
import { createTimeLimit } from '../../frame/time-limit.ts'
import { withStore } from '../../frame/with-store.ts'
import type { DatabaseFlags } from '../../settings/settings.ts'
import { noteLeftBehind } from './note-left-behind.ts'

export interface SendFlags extends DatabaseFlags, BulkFlags {
  readonly topic?: string | null
  readonly input?: string
  readonly idempotencyKey?: string
  readonly force: boolean
  readonly portable?: boolean
  readonly timeout?: string
  readonly wait?: 'read' | 'ended'
}

/** The same message to each workflow that a filter lets through, once; what became of each is an outcome of its own. */
export async function sendToMany(
  context: Context,
  typed: readonly string[],
  filter: WorkflowFilter,
  flags: SendFlags,
): Promise<void> {
  const message = await readMessage(context, typed, flags)
  const { topic = null, portable, idempotencyKey, input } = flags
  const options = {
    '--topic': flags.topic === undefined ? undefined : (topic ?? ''),
    '--input': stringifyExact(message),
    '--portable': portable,
    '--idempotency-key': idempotencyKey,
  }
  const limit = createTimeLimit(context, flags.timeout)
  // Whoever gives the message on stdin cannot be asked there.
  const isAskable = input !== '-'
  const { terminal } = context
  const asking = isAskable ? context : { ...context, terminal: { ...terminal, stdinIsTerminal: false } }
  const send = async (store: Store): Promise<void> => {
    const rows = await runBulk(asking, store, {
      ...{ verb: 'send', typed: [], filter, flags, options },
      prepare: async () => async () => ({ idempotencyKey: idempotencyKey ?? randomUUID() }),
      explain: (workflowIds) => tellWhoWaits(store, workflowIds, topic),
      change: (targets) => sendEach(store, targets, { topic, message, ...(portable && { portable }) }),
    })
    const sent = rows.filter(({ outcome }) => outcome === 'changed').map(({ workflowId }) => workflowId)
    if (sent.length > 0) await noteLeftBehind(context, store, sent.slice(0, mostLookedAt))
  }
  await withStore(asking, flags, send, { limit })
}

/** Beyond this many nobody is looked at for what is only said. */
const mostLookedAt = 1000

async function readMessage(
  context: Context,
  typed: readonly string[],
  { input, force, wait }: SendFlags,
): Promise<JsonValue> {
  const example = { '--name': 'NAME', '--topic': 'TOPIC', '--input': '{"approved": true}', '--dry-run': true }
  const hint = command('send', [], example)
  if (typed.length > 0) {
    throw new CliError(
      'usage',
      'Ids and filters cannot be combined; with a filter --input has the message.',
      {
        hint,
      },
    )
  }
  if (input === undefined) throw new CliError('usage', 'With a filter --input has the message.', { hint })
  if (force || wait !== undefined) {
    throw new CliError(
      'usage',
      `${force ? '--force' : '--wait'} is for one workflow, and goes with no filter.`,
      {
        hint,
      },
    )
  }
  return parseJson(await readInput(context, input), 'The --input')
}

async function tellWhoWaits(
  store: Store,
  workflowIds: readonly string[],
  topic: string | null,
): Promise<string> {
  const looked = workflowIds.slice(0, mostLookedAt)
  const waits = await store.waits(looked)
  const waiting = new Set(waits.filter((wait) => wait.topic === topic).map(({ workflowId }) => workflowId))
  return `${waiting.size} of ${looked.length} wait ${describeTopic(topic)} now; it stays for the others until they do.`
}

async function sendEach(
  store: Store,
  targets: readonly PlannedTarget[],
  message: Pick<SendRequest, 'topic' | 'message' | 'portable'>,
): Promise<readonly ManageResult[]> {
  const results: ManageResult[] = []
  for (const target of targets) results.push(await sendOne(store, target, message))
  return results
}

async function sendOne(
  store: Store,
  { workflowId, status, idempotencyKey }: PlannedTarget,
  message: Pick<SendRequest, 'topic' | 'message' | 'portable'>,
): Promise<ManageResult> {
  try {
    const outcome = await store.send({ ...message, workflowId, idempotencyKey, onlyActive: true })
    if (outcome === 'used-otherwise') {
      const reason = `another message was sent to it under the key ${idempotencyKey}`
      return { workflowId, outcome: 'failed', reason }
    }
    if (outcome !== 'ended') return { workflowId, outcome: 'changed', status }
    const ended = await store.get(workflowId)
    return ended
      ? { workflowId, outcome: 'moved-on', status: ended.status }
      : { workflowId, outcome: 'not-found' }
  } catch (error) {
    if (error instanceof CliError && error.code === 'workflow-not-found')
      return { workflowId, outcome: 'not-found' }
    throw error
  }
}
