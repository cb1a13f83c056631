import { connect, createServer, type Socket } from 'node:net'

export interface SilentProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  /** From now on nothing gets through in either direction, and nobody is told: a cut cable. */
  silence(): void
  close(): void
}

/** Stands before the Postgres of `serverUrl` on a port of its own. */
export async function startSilentProxy(serverUrl: string): Promise<SilentProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(addressOf(serverUrl))
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.pipe(upstream).pipe(client)
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  return {
    urlOf: (url) => {
      const through = new URL(url)
      through.hostname = '127.0.0.1'
      through.port = String(port)
      through.searchParams.delete('host')
      return through.href
    },
    silence: () => {
      server.removeAllListeners('connection')
      for (const socket of sockets) socket.unpipe().pause()
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function addressOf(serverUrl: string) {
  const url = new URL(serverUrl)
  const directory = url.searchParams.get('host')
  const port = url.port || '5432'
  return directory ? { path: `${directory}/.s.PGSQL.${port}` } : { host: url.hostname, port: Number(port) }
}
