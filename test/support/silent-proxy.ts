import { connect, createServer, type Socket } from 'node:net'
import { addressOf, listenLocally, urlThrough } from './proxy-address.ts'

export interface SilentProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  /** From now on nothing gets through in either direction, and nobody is told: a cut cable. */
  silence(): void
  /** What connects from now on gets through again; the old connections stay dead. */
  restore(): void
  close(): void
}

/** Stands before the Postgres of `serverUrl` on a port of its own. */
export async function startSilentProxy(serverUrl: string): Promise<SilentProxy> {
  const sockets = new Set<Socket>()
  const forward = (client: Socket): void => {
    const upstream = connect(addressOf(serverUrl))
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.pipe(upstream).pipe(client)
  }
  const server = createServer(forward)
  const port = await listenLocally(server)
  return {
    urlOf: (url) => urlThrough(url, port),
    silence: () => {
      server.removeAllListeners('connection')
      for (const socket of sockets) socket.unpipe().pause()
    },
    restore: () => void server.on('connection', forward),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
