import { connect, createServer, type Socket } from 'node:net'
import { addressOf, listenLocally, urlThrough } from './proxy-address.ts'

/** A message from drover to Postgres. */
export interface WireMessage {
  /** How many came before it through this proxy, on any connection. */
  readonly index: number
  /** `Q` query, `P` parse, `B` bind, `S` sync, …; empty for the one that opens a connection. */
  readonly type: string
  /** The SQL of `Q` and `P`. */
  readonly sql: string
}

/**
 * What happens in place of the answer to a message. `refuse`: Postgres never sees it, and answers with this SQLSTATE. `cut`: it
 * is done, and the connection is gone. `half-close`: the same, but only drover's reading end is closed. `stall`: from then on
 * nothing gets through on any connection, and nobody is told. `hold`: what this connection says waits until then.
 */
export type Fault =
  | { readonly kind: 'refuse'; readonly state: string; readonly reason: string }
  | { readonly kind: 'cut' | 'half-close' | 'stall' }
  | { readonly kind: 'hold'; readonly until: Promise<void> }

export interface WireProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  /** How many messages came. */
  count(): number
  close(): void
}

/** Stands before the Postgres of `serverUrl` and knows its protocol; asks `plan` about each message. */
export async function startWireProxy(
  serverUrl: string,
  plan: (message: WireMessage) => Fault | undefined,
): Promise<WireProxy> {
  const sockets = new Set<Socket>()
  let count = 0
  let isStalled = false

  const server = createServer((client) => {
    const upstream = connect(addressOf(serverUrl))
    let transaction = 'I'
    let isRefusing = false
    let isDeaf = false
    let held: Buffer[] | undefined
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    const fail = (fault: Fault, type: string, message: Buffer): void => {
      switch (fault.kind) {
        case 'refuse':
          if (type !== 'Q') isRefusing = true
          client.write(errorResponse(fault.state, fault.reason))
          if (type === 'Q') client.write(readyForQuery(transaction))
          break
        case 'stall':
          isStalled = true
          break
        case 'hold':
          held = [message]
          void fault.until.then(() => {
            for (const one of held ?? []) upstream.write(one)
            held = undefined
          })
          break
        default:
          upstream.write(message)
          isDeaf = true
          if (fault.kind === 'cut') client.destroy()
          else client.end()
      }
    }
    const readFrontend = createFrames(true, (type, message) => {
      if (isStalled || isDeaf) return
      if (isRefusing) {
        if (type !== 'S') return
        isRefusing = false
        client.write(readyForQuery(transaction))
        return
      }
      if (held) {
        held.push(message)
        return
      }
      const fault = plan({ index: count++, type, sql: sqlOf(type, message) })
      if (fault) fail(fault, type, message)
      else upstream.write(message)
    })
    const readBackend = createFrames(false, (type, message) => {
      if (type === 'Z') transaction = String.fromCharCode(message[5] ?? 0)
    })
    client.on('data', readFrontend)
    upstream.on('data', (chunk) => {
      readBackend(chunk)
      if (!isStalled && !isDeaf) client.write(chunk)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => {
      if (!isStalled) client.destroy()
    })
  })
  const port = await listenLocally(server)
  return {
    urlOf: (url) => urlThrough(url, port),
    count: () => count,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Puts chunks together to messages; the first one of a client has no type. */
function createFrames(hasOpening: boolean, onFrame: (type: string, frame: Buffer) => void) {
  let rest: Buffer = Buffer.alloc(0)
  let isOpening = hasOpening
  return (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const head = isOpening ? 0 : 1
      if (rest.length < head + 4) return
      const length = head + rest.readUInt32BE(head)
      if (rest.length < length) return
      const frame = rest.subarray(0, length)
      rest = rest.subarray(length)
      const type = isOpening ? '' : String.fromCharCode(frame[0] ?? 0)
      isOpening = false
      onFrame(type, frame)
    }
  }
}

function sqlOf(type: string, frame: Buffer): string {
  if (type === 'Q') return frame.toString('utf8', 5, frame.length - 1)
  if (type !== 'P') return ''
  const start = frame.indexOf(0, 5) + 1
  return frame.toString('utf8', start, frame.indexOf(0, start))
}

function errorResponse(state: string, reason: string): Buffer {
  const fields = `SERROR\0VERROR\0C${state}\0M${reason}\0\0`
  return frameOf('E', Buffer.from(fields))
}

function readyForQuery(transaction: string): Buffer {
  return frameOf('Z', Buffer.from(transaction))
}

function frameOf(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
