import type { FollowOptions } from '../../core/store.ts'
import { toChangeJson, toJsonLine, toStreamValueJson, toWaitJson } from '../../render/to-json.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { pathParameter } from '../route.ts'
import { followQuery } from '../v1/inputs.ts'
import { type Operation, readQuery } from '../v1/operation.ts'
import { requireWorkflow } from '../v1/require-workflow.ts'
import type { EventStreams, ServerEvent } from './event-stream.ts'
import type { InboxHub } from './inbox-hub.ts'

/** Where streams come from that many may read at once. */
export interface StreamSources {
  readonly streams: EventStreams
  readonly inbox: InboxHub
}

export function streamOperations(
  { store }: Pick<GatewayParts, 'store'>,
  { streams, inbox }: StreamSources,
): readonly Operation[] {
  return [
    {
      method: 'get',
      path: '/v1/workflows/:id/changes',
      summary:
        'Each thing that happens to it, from its beginning or right after a cursor, until it has ended',
      scope: 'read',
      query: followQuery,
      answer: { shape: 'Change' },
      isStream: true,
      handle: (context) => {
        readQuery(context, followQuery)
        const workflowId = pathParameter(context, 'id')
        return streams.open(context, async (from, signal) => {
          await requireWorkflow(store, workflowId)
          if (from !== undefined) {
            await store.checkCursor(from, workflowId).catch((cause: unknown) => {
              throw noPlace('cursor', cause)
            })
          }
          return changes(store.follow([workflowId], { signal, from }))
        })
      },
    },
    {
      method: 'get',
      path: '/v1/workflows/:id/streams/:key',
      summary: 'The values of a stream, from its beginning or right after an offset, until it is closed',
      scope: 'read',
      query: followQuery,
      answer: { shape: 'StreamValue' },
      isStream: true,
      handle: (context) => {
        readQuery(context, followQuery)
        const [workflowId, key] = [pathParameter(context, 'id'), pathParameter(context, 'key')]
        return streams.open(context, async (from, signal) => {
          await requireWorkflow(store, workflowId)
          const start = from === undefined ? 0 : parseOffset(from) + 1
          const options: FollowOptions = {
            signal,
            types: ['stream', 'stream-closed'],
            streamKeys: [key],
            streamStarts: new Map([[key, start]]),
          }
          return values(store.follow([workflowId], options))
        })
      },
    },
    {
      method: 'get',
      path: '/v1/inbox/changes',
      summary: 'What waits for an answer, then what arrives and departs',
      scope: 'read',
      query: followQuery,
      answer: { shape: 'InboxChange' },
      isStream: true,
      handle: (context) => {
        readQuery(context, followQuery)
        // There is no place to go on from: what is there is told to whoever comes.
        return streams.open(context, async (_, signal) => waits(inbox.changes(signal)))
      },
    },
  ]
}

async function* changes(followed: ReturnType<GatewayParts['store']['follow']>): AsyncGenerator<ServerEvent> {
  for await (const change of followed) {
    yield { id: change.cursor || undefined, event: change.type, data: toJsonLine(toChangeJson(change)) }
  }
}

async function* values(followed: ReturnType<GatewayParts['store']['follow']>): AsyncGenerator<ServerEvent> {
  for await (const change of followed) {
    if (change.type === 'stream-closed') return
    if (change.type !== 'stream') continue
    yield { id: String(change.offset), event: 'value', data: toJsonLine(toStreamValueJson(change)) }
  }
}

async function* waits(found: ReturnType<InboxHub['changes']>): AsyncGenerator<ServerEvent> {
  for await (const { type, at, wait } of found) {
    yield { event: type, data: toJsonLine({ type, at, wait: toWaitJson(wait) }) }
  }
}

const largestOffset = 2 ** 31 - 2

function parseOffset(text: string): number {
  const offset = Number(text)
  if (/^\d+$/.test(text) && offset <= largestOffset) return offset
  throw noPlace('offset', undefined)
}

/** Never silently the beginning. */
function noPlace(what: string, cause: unknown): HttpRefusal {
  const refusal = new HttpRefusal(400, `not-a-${what}`, `Last-Event-ID, or from, is not a ${what} of this.`, {
    hint: 'leave it out to begin at the beginning',
  })
  refusal.cause = cause
  return refusal
}
