import { type EventEmitter, errorMonitor } from 'node:events'
import { Server } from 'node:net'
import { CliError } from '../core/errors.ts'
import { command, phrase } from '../core/words/command-line.ts'

interface SystemError extends Error {
  readonly code?: string
  readonly port?: number
  readonly address?: string
  readonly hostname?: string
  readonly errors?: readonly SystemError[]
}

const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']

/** What keeps applications from starting that run elsewhere too, or miss what they need; undefined for anything else. */
export function toStartFailure(error: unknown): CliError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, port, address, hostname, errors, cause } = error as SystemError
  if (code === 'EADDRINUSE') {
    const what = port === undefined || port < 0 ? `The socket ${address ?? ''}` : `Port ${port}`
    return new CliError(
      'port-in-use',
      `${what} is in use, probably by the running application: the module that --app names listens on it, too.`,
      {
        hint: phrase`enqueue with ${command('start', ['WORKFLOW'])}, give this process another port, or point --app at the module with the workflows`,
        cause: error,
      },
    )
  }
  const [first] = errors ?? []
  if (code !== undefined && unreachable.includes(code)) {
    const host = hostname ?? address ?? first?.address
    const service = [host, port ?? first?.port].filter((part) => part !== undefined).join(':')
    return new CliError(
      'app-service-unreachable',
      `The application cannot connect to ${service || 'what it needs'}: ${code}.`,
      {
        hint: 'start what it connects to, or point --app at the module with the workflows',
        cause: error,
      },
    )
  }
  return cause === undefined ? undefined : toStartFailure(cause)
}

let failedListen: Error | undefined

/** Keeps in mind which port an application did not get: many only log it and end the process. */
export function watchListening(): void {
  const { listen } = Server.prototype
  Server.prototype.listen = function (this: Server, ...options: Parameters<typeof listen>) {
    noticeFailure(this)
    return listen.apply(this, options)
  } as typeof listen
}

function noticeFailure(server: EventEmitter): void {
  server.on(errorMonitor, (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') failedListen = error
  })
}

export function lastFailedListen(): Error | undefined {
  return failedListen
}
