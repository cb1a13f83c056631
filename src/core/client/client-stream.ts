/** The socket of a client of `pg`, with TLS or without. */
export interface ClientStream {
  readonly bytesRead: number
  readonly encrypted?: boolean
  destroy(error?: Error): void
}

/** Of whichever copy of `pg` the client is; undefined where it has none yet. */
export function streamOf(client: object): ClientStream | undefined {
  return (client as { connection?: { stream?: ClientStream } }).connection?.stream
}

/** Whoever waits for an answer of this client hears that the connection is gone. */
export function hangUp(client: object): void {
  streamOf(client)?.destroy()
}
