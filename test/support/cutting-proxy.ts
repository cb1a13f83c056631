import { connect, createServer, type Socket } from 'node:net'
import { addressOf, listenLocally, urlThrough } from './proxy-address.ts'

export interface CuttingProxy {
  /** The same database, through this proxy. */
  urlOf(url: string): string
  close(): void
}

/** Stands before the Postgres of `serverUrl`. What is asked with `text` is done, and its answer never arrives. */
export async function startCuttingProxy(serverUrl: string, text: string): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(addressOf(serverUrl))
    let isAsked = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.on('data', (chunk) => {
      isAsked ||= chunk.includes(text)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (isAsked) client.destroy()
      else client.write(chunk)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  const port = await listenLocally(server)
  return {
    urlOf: (url) => urlThrough(url, port),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
