import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { CliError } from '../core/errors.ts'
import { command, type Phrase } from '../core/words/command-line.ts'
import { startTimer } from '../core/words/long-timer.ts'
import type { GatewayApp } from './gateway-parts.ts'

interface Place {
  readonly host: string
  /** 0 for any that is free. */
  readonly port: number
}

export interface Listening {
  readonly host: string
  readonly port: number
  /** Accepts nothing new, lets what is under way end, and cuts what does not within `graceMs`. */
  close(graceMs: number): Promise<void>
}

/** Whoever sends a header or a body by drops is not waited for. */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5000 }

const suggestPort: SuggestPort = (port) => command('serve', [], { '--port': port })

/** What to type for another port. */
type SuggestPort = (port: number) => Phrase

/** Throws `address-in-use` where somebody else has the port. */
export async function listen(
  app: GatewayApp,
  { host, port }: Place,
  suggest = suggestPort,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  Object.assign(server, limits)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toListenFailure(error, { host, port }, suggest)))
    server.listen(port, host.replace(/^\[(.*)\]$/, '$1'), resolve)
  })
  const address = server.address()
  return {
    host,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async (graceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const idle = setInterval(() => server.closeIdleConnections(), 50)
      const stopCutting = startTimer(() => server.closeAllConnections(), graceMs)
      await closed
      clearInterval(idle)
      stopCutting()
    },
  }
}

function toListenFailure(error: Error, { host, port }: Place, suggest: SuggestPort): unknown {
  const { code } = error as NodeJS.ErrnoException
  const place = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    return new CliError('address-in-use', `${place} is in use by another process.`, {
      hint: suggest(port < 65_535 ? port + 1 : 8000),
      cause: error,
    })
  }
  if (code === 'EACCES') {
    return new CliError('address-in-use', `${place} is not allowed for this user.`, {
      hint: suggest(8000),
      cause: error,
    })
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new CliError('invalid-argument', `${host} is no address of this machine.`, {
      hint: command('serve', [], { '--host': '127.0.0.1' }),
      cause: error,
    })
  }
  return error
}
