import { connect, createServer, type Socket } from 'node:net'
import { addressOf, listenLocally, urlThrough } from './proxy-address.ts'

export interface SlowProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  /** From now on every byte takes that much longer, in both directions. */
  delay(ms: number): void
  /** From now on so many bytes at most, and no more before so long, get through on each connection in each direction. */
  trickle(bytes: number, everyMs: number): void
  /** Holds everything back until `flow`; the connections stay open. */
  stall(): void
  flow(): void
  close(): void
}

/** Stands before the Postgres of `serverUrl` on a port of its own. */
export async function startSlowProxy(serverUrl: string): Promise<SlowProxy> {
  const sockets = new Set<Socket>()
  let delayMs = 0
  let isStalled = false
  let held: (() => void)[] = []
  let drop: { readonly bytes: number; readonly everyMs: number } | undefined

  /** Timers of one length fire in order, and what is held back keeps its order too. */
  const carry = (from: Socket, to: Socket): void => {
    const write = (chunk: Buffer): void => {
      if (isStalled) held.push(() => to.write(chunk))
      else to.write(chunk)
    }
    let left = Buffer.alloc(0)
    let timer: NodeJS.Timeout | undefined
    const drip = (): void => {
      const { bytes = left.length, everyMs = 0 } = drop ?? {}
      write(left.subarray(0, bytes))
      left = left.subarray(bytes)
      if (left.length === 0) from.resume()
      timer = left.length > 0 ? setTimeout(drip, everyMs) : undefined
    }
    from.on('data', (chunk: Buffer) => {
      if (drop) {
        left = Buffer.concat([left, chunk])
        from.pause()
        if (!timer) drip()
      } else if (delayMs === 0) write(chunk)
      else setTimeout(write, delayMs, chunk)
    })
    from.on('close', () => to.destroy())
  }
  const server = createServer((client) => {
    const upstream = connect(addressOf(serverUrl))
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    carry(client, upstream)
    carry(upstream, client)
  })
  const port = await listenLocally(server)
  return {
    urlOf: (url) => urlThrough(url, port),
    delay: (ms) => {
      delayMs = ms
    },
    trickle: (bytes, everyMs) => {
      drop = { bytes, everyMs }
    },
    stall: () => {
      isStalled = true
    },
    flow: () => {
      isStalled = false
      const late = held
      held = []
      for (const write of late) write()
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
