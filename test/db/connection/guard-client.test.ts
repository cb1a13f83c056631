import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import os from 'node:os'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { guardClient, sentMd5 } from '../../../src/core/client/guard-client.ts'
import type { DatabaseTarget } from '../../../src/core/database.ts'
import { CliError } from '../../../src/core/errors.ts'
import { connect } from '../../../src/db/connection/connect.ts'
import { withDbosClient } from '../../../src/db/connection/dbos-client.ts'
import { patience } from '../../support/patience.ts'

/** An address of this machine by which everybody reaches it. */
const outside = Object.values(os.networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

const clearText = 3
const md5 = 5

/** A "Postgres" that asks for the password in one way, and what it was told after that. */
async function askingServer(method: number) {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let hasStarted = false
    socket.on('error', () => {})
    socket.on('data', (data) => {
      if (hasStarted) {
        heard.push(data.toString('latin1'))
        return void socket.end()
      }
      hasStarted = true
      const request = Buffer.alloc(method === md5 ? 13 : 9)
      request.write('R')
      request.writeInt32BE(request.length - 1, 1)
      request.writeInt32BE(method, 5)
      socket.write(request)
    })
  }).listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, heard }
}

function targetOf(host: string, port: number, more: Partial<DatabaseTarget> = {}): DatabaseTarget {
  const url = `postgres://ada:s3cret@${host}:${port}/shop`
  return { url, schema: 'dbos', label: `${host}:${port}/shop`, connectTimeoutMs: patience(), ...more }
}

const ways = {
  'the store': (target: DatabaseTarget) => connect(target, new AbortController().signal),
  'the client of DBOS': (target: DatabaseTarget) =>
    withDbosClient(target, {}, (dbos) => dbos.getWorkflow('x')),
  'the runtime': (target: DatabaseTarget) => connect(target, undefined, 'drover-test'),
}

test.skipIf(!outside).each(Object.entries(ways))(
  'a password is not sent in clear text to another machine: %s (needs an address of its own)',
  async (_, open) => {
    const server = await askingServer(clearText)
    const target = targetOf(outside ?? '', server.port)
    await expect(open(target)).rejects.toMatchObject({
      code: 'permission-denied',
      message: `${target.label} asks for the password in clear text over a connection without TLS.`,
    })
    expect(server.heard).toEqual([])
  },
)

test.skipIf(!outside)('it is sent where a flag or the environment says sslmode=disable', async () => {
  for (const clearTextHosts of [[outside ?? ''], 'all'] as const) {
    const server = await askingServer(clearText)
    const opening = connect(
      targetOf(outside ?? '', server.port, { clearTextHosts }),
      new AbortController().signal,
    )
    await expect(opening).rejects.toMatchObject({ code: 'database-unreachable' })
    expect(server.heard.join('')).toContain('s3cret')
  }
})

test('it is sent to this machine, as ever', async () => {
  const server = await askingServer(clearText)
  const opening = connect(targetOf('127.0.0.1', server.port), new AbortController().signal)
  await expect(opening).rejects.toMatchObject({ code: 'database-unreachable' })
  expect(server.heard.join('')).toContain('s3cret')
})

test('a client tells that it was asked for MD5', async () => {
  const server = await askingServer(md5)
  const client = new pg.Client({
    connectionString: targetOf('127.0.0.1', server.port).url,
    connectionTimeoutMillis: patience(),
  })
  client.on('error', () => {})
  guardClient(client, { label: 'x' })
  await expect(client.connect()).rejects.toThrow()
  expect(sentMd5(client)).toBe(true)
})

test.each(Object.entries(ways))('the socket is looked at before a connect: %s', async (_, open) => {
  const server = await askingServer(clearText)
  const refusal = new CliError('embedded-database-failed', 'not private')
  const assertOwnSocket = () => {
    throw refusal
  }
  await expect(open(targetOf('127.0.0.1', server.port, { assertOwnSocket }))).rejects.toThrow('not private')
  expect(server.heard).toEqual([])
})
