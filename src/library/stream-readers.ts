import type { Store } from '../core/store.ts'
import { withPlainNumbers } from '../core/words/exact-number.ts'
import type { JsonValue, StreamValue } from '../core/workflow.ts'
import { requireWorkflow } from './known-workflow.ts'
import { type Raw, withRaw } from './plain-numbers.ts'

export interface StreamOptions {
  /** Also what comes, until it is closed or the workflow ended. */
  readonly follow?: boolean
  /** The offset to begin at; 0 by default. */
  readonly from?: number
  readonly signal?: AbortSignal
}

export async function* readStream(store: Store, workflowId: string, key: string): AsyncGenerator<JsonValue> {
  await requireWorkflow(store, workflowId)
  for await (const batch of store.streamValues(workflowId, key)) {
    for (const { value } of batch) yield withPlainNumbers(value)
  }
}

export async function* followStream(
  store: Store,
  workflowId: string,
  key: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<JsonValue> {
  const types = ['stream', 'stream-closed', 'status'] as const
  for await (const change of store.follow([workflowId], {
    signal,
    types,
    streamKeys: [key],
    cursors: false,
  })) {
    if (change.type === 'stream') yield withPlainNumbers(change.value)
    if (change.type === 'stream-closed') return
  }
}

export async function* readStreamValues(
  store: Store,
  workflowId: string,
  key: string,
  { follow = false, from = 0, signal = new AbortController().signal }: StreamOptions,
): AsyncGenerator<StreamValue & Raw> {
  if (!follow) {
    await requireWorkflow(store, workflowId)
    for await (const batch of store.streamValues(workflowId, key, { from, signal })) yield* batch.map(withRaw)
    return
  }
  const types = ['stream', 'stream-closed', 'status'] as const
  const streamStarts = new Map([[key, from]])
  const options = { signal, types, streamKeys: [key], streamStarts }
  for await (const change of store.follow([workflowId], options)) {
    if (change.type === 'stream-closed') return
    if (change.type !== 'stream') continue
    const { offset, value } = change
    yield withRaw({ workflowId, key, offset, value })
  }
}
