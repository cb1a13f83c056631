import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { layoutOf } from '../../src/local/cluster/layout.ts'
import { findServerUser } from '../../src/local/cluster/server-user.ts'
import { createLocalDatabase } from '../../src/local/local-database.ts'
import { freePort } from '../../src/local/server/tcp.ts'
import { createReadyHome } from './ready-home.ts'

/** A server as others run theirs: on TCP by both protocols, with passwords as SCRAM, and with a certificate. */
export interface TlsServer {
  readonly port: number
  readonly password: string
  /** Of who signed the server's certificate, which is for `localhost` and 127.0.0.1, but not for ::1. */
  readonly authorityFile: string
}

export async function startTlsServer(): Promise<TlsServer> {
  const home = await createReadyHome()
  const layout = layoutOf(home)
  const user = await findServerUser(layout, process.env)
  const [keyFile, authorityFile] = ['key.pem', 'cert.pem'].map((name) => path.join(layout.data, name)) as [
    string,
    string,
  ]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject]
  execFileSync('openssl', [...request, '-keyout', keyFile, '-out', authorityFile], { stdio: 'ignore' })
  for (const file of [keyFile, authorityFile]) {
    chmodSync(file, 0o600)
    chownSync(file, user.uid, user.gid)
  }
  const port = await freePort()
  const settings = {
    listen_addresses: '127.0.0.1,::1',
    ssl: 'on',
    ssl_cert_file: authorityFile,
    ssl_key_file: keyFile,
  }
  await createLocalDatabase({ home, env: process.env, settings }).start({ database: 'drover', tcpPort: port })
  return { port, password: readFileSync(layout.password, 'utf8').trim(), authorityFile }
}
