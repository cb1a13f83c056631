import { connect, createServer, type Socket } from 'node:net'
import { inject } from 'vitest'
import { addressOf, listenLocally, urlThrough } from './proxy-address.ts'

export interface GateProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  /** Cuts every connection, and each new one at once, as while a server is away. */
  shut(): void
  open(): void
  close(): void
}

/** Stands before the Postgres of the tests, open at first. */
export async function startGateProxy(): Promise<GateProxy> {
  const sockets = new Set<Socket>()
  let isOpen = true
  const server = createServer((client) => {
    if (!isOpen) {
      client.destroy()
      return
    }
    const upstream = connect(addressOf(inject('serverUrl')))
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const port = await listenLocally(server)
  return {
    urlOf: (url) => urlThrough(url, port),
    shut: () => {
      isOpen = false
      cut()
    },
    open: () => {
      isOpen = true
    },
    close: () => {
      server.close()
      cut()
    },
  }
}
