import { once } from 'node:events'
import net from 'node:net'

/**
 * What gives a connection pooler away: it passes everything on, but announces a process id of its own. The database is
 * reached through the Unix socket in `databaseUrl`.
 */
export async function startPooler(
  databaseUrl: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const url = new URL(databaseUrl)
  const socket = `${url.searchParams.get('host')}/.s.PGSQL.${url.port || 5432}`
  const server = net.createServer((client) => {
    const upstream = net.connect(socket)
    client.pipe(upstream)
    upstream.on('data', (data: Buffer) => client.write(withForeignProcessId(data)))
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    for (const end of [client, upstream]) end.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  url.searchParams.delete('host')
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

/** BackendKeyData: `K`, a length of 12, the process id, the secret key. */
function withForeignProcessId(data: Buffer): Buffer {
  const at = data.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]))
  if (at >= 0) data.writeInt32BE(424242, at + 5)
  return data
}
