import type { Server } from 'node:net'

/** Where the Postgres of a URL listens, for `net.connect`. */
export function addressOf(serverUrl: string) {
  const url = new URL(serverUrl)
  const directory = url.searchParams.get('host')
  const port = url.port || '5432'
  return directory ? { path: `${directory}/.s.PGSQL.${port}` } : { host: url.hostname, port: Number(port) }
}

/** On a port of its own, which it resolves to. */
export function listenLocally(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
}

/** The same database, through whatever listens on `port`. */
export function urlThrough(url: string, port: number): string {
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String(port)
  through.searchParams.delete('host')
  return through.href
}
