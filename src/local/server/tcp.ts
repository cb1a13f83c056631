import { randomBytes } from 'node:crypto'
import { type AddressInfo, createServer } from 'node:net'
import pg from 'pg'
import { readPrivateFile, writePrivateFile } from '../home/private-file.ts'
import { superuser } from './spawn-server.ts'

/** A port of this machine that nobody listens on, now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}

/** Sets the password that TCP asks for, made once and kept in a file that only this user reads. */
export async function setPassword(client: pg.Client, file: string): Promise<void> {
  if (!readPrivateFile(file)) writePrivateFile(file, randomBytes(32).toString('base64url'))
  const password = pg.escapeLiteral(readPrivateFile(file) ?? '')
  await client.query(`alter role ${superuser} password ${password}`)
}

/** With the password in it: never to be printed but where it is asked for. Null where its file was lost: the next start makes one. */
export function tcpUrl(port: number, database: string, passwordFile: string): string | null {
  const password = readPrivateFile(passwordFile)
  if (!password) return null
  const url = new URL(`postgresql://${superuser}@127.0.0.1:${port}/${encodeURIComponent(database)}`)
  url.password = password
  return url.href
}
