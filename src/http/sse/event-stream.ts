import { command } from '../../core/words/command-line.ts'
import { HttpRefusal } from '../failure-response.ts'
import type { GatewayContext, GatewayParts } from '../gateway-parts.ts'

export interface ServerEvent {
  /** From where to go on right after it. */
  readonly id?: string
  readonly event: string
  /** One line of JSON. */
  readonly data: string
}

/** The id of the last event of what has ended: who comes back with it is told that nothing follows. */
const endId = 'end'

const heartbeatMs = 15_000
const retry = 'retry: 1000\n\n'

export interface EventStreams {
  /**
   * Answers with what `follow` yields, read only while the client reads, and `end` after it. 204 to who comes back after
   * the end, 503 over the limit of streams.
   */
  open(
    context: GatewayContext,
    follow: (from: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<ServerEvent>>,
  ): Promise<Response>
}

export function createEventStreams(
  { stopping }: Pick<GatewayParts, 'stopping'>,
  mostStreams: number,
): EventStreams {
  let count = 0
  return {
    open: async (context, follow) => {
      const { req } = context
      const from = req.header('Last-Event-ID') || req.query('from') || undefined
      if (from === endId) return new Response(null, { status: 204 })
      if (count >= mostStreams) {
        throw new HttpRefusal(503, 'too-many-streams', `${mostStreams} streams are open already.`, {
          hint: command('serve', [], { '--max-streams': 'COUNT' }),
          headers: { 'Retry-After': '5' },
        })
      }
      const left = new AbortController()
      const signal = AbortSignal.any([req.raw.signal, stopping, left.signal])
      const events = await follow(from, signal)
      if (req.method === 'HEAD') {
        left.abort()
        return new Response(null, { headers })
      }
      count++
      let isOpen = true
      const leave = () => {
        if (isOpen) count--
        isOpen = false
        left.abort()
      }
      return new Response(toStream(events, { signal, stopping, leave }), { headers })
    },
  }
}

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

interface Ending {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
  leave(): void
}

/** Bytes of events. Each is asked for when the one before has been taken, so that a client that does not read costs nothing. */
function toStream(
  events: AsyncIterable<ServerEvent>,
  { signal, stopping, leave }: Ending,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<ServerEvent>> | undefined
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(retry)),
      pull: async (controller) => {
        next ??= iterator.next()
        next.catch(() => {})
        try {
          const got = await withHeartbeat(next)
          if (got === undefined) return controller.enqueue(encoder.encode(': still here\n\n'))
          next = undefined
          if (!got.done) return controller.enqueue(encoder.encode(toText(got.value)))
          if (stopping.aborted) controller.enqueue(encoder.encode(retry))
          else if (!signal.aborted)
            controller.enqueue(encoder.encode(toText({ id: endId, event: 'end', data: '{}' })))
        } catch {
          // The client comes back to where it was, and is told then.
        }
        leave()
        controller.close()
      },
      cancel: () => {
        leave()
        void iterator.return?.()
      },
    },
    { highWaterMark: 1 },
  )
}

/** Undefined where nothing came for a while. */
async function withHeartbeat<Value>(next: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const quiet = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), heartbeatMs)
    timer.unref()
  })
  try {
    return await Promise.race([next, quiet])
  } finally {
    clearTimeout(timer)
  }
}

function toText({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`
}
