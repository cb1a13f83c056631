import { createHash } from 'node:crypto'
import { CliError } from '../errors.ts'
import type { SendRequest, StartMessage } from '../run/start.ts'
import type { Store } from '../store.ts'
import { command, phrase } from '../words/command-line.ts'
import { stringifyExact } from '../words/exact-number.ts'

/**
 * Sends a message once. Throws `already-ended` unless forced, and `already-sent` where something else was sent under its
 * idempotency key.
 */
export async function submitMessage(
  store: Store,
  { force = false, ...request }: Omit<SendRequest, 'onlyActive'> & { readonly force?: boolean },
): Promise<'sent' | 'duplicate'> {
  const { workflowId, idempotencyKey } = request
  const outcome = await store.send({ ...request, onlyActive: !force })
  if (outcome === 'used-otherwise') {
    throw new CliError(
      'already-sent',
      `Another message was sent to ${workflowId} under the key ${idempotencyKey}; nothing was sent.`,
      { hint: phrase`${command('messages', [workflowId])}   # or choose another key` },
    )
  }
  if (outcome !== 'ended') return outcome
  const status = (await store.get(workflowId))?.status
  throw new CliError('already-ended', `${workflowId} ended ${status}: nobody would read the message.`, {
    hint: 'send it all the same with --force',
  })
}

/** Gives each message a key made of what it says, so that the same command again sends nothing twice. */
export function withKeys(messages: readonly StartMessage[]): readonly StartMessage[] {
  const seen = new Map<string, number>()
  return messages.map((one) => {
    const text = stringifyExact([one.topic, one.message])
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    const hash = createHash('sha256').update(`${text}#${count}`).digest('hex').slice(0, 32)
    return { ...one, idempotencyKey: one.idempotencyKey ?? `drover-start-${hash}` }
  })
}
