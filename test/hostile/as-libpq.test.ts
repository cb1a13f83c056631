import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { runDrover } from '../support/drover-process.ts'
import { createHome } from '../support/throw-away-home.ts'
import { startTlsServer, type TlsServer } from '../support/tls-server.ts'

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
})()
const testWithServer = test.skipIf(!hasOpenssl)

let server: TlsServer
let home: string
beforeAll(async () => {
  if (!hasOpenssl) return
  server = await startTlsServer()
  home = await createHome()
  // A database of another name, to tell which one was meant.
  const made = await list('postgres://drover@127.0.0.1:PORT/drover', { PGPASSWORD: server.password })
  expect(made).toMatchObject({ code: 0 })
})

/** `PORT` in anything is that of the server. */
async function list(url: string, env: Readonly<Record<string, string>> = {}, more: readonly string[] = []) {
  const fill = (text: string) => text.replaceAll('PORT', String(server.port))
  return await runDrover(['list', '-o', 'json', '--db-url', fill(url), ...more], {
    home,
    env: {
      HOME: home,
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
    },
  })
}

const works = { code: 0, stdout: '[]\n', stderr: expect.stringMatching(/^No workflow in \S+\n$/) }
const refused = (code: number, message: string) => ({
  code,
  stdout: '',
  stderr: expect.stringMatching(/^\{.*\}\n$/),
  error: expect.objectContaining({
    message: expect.stringContaining(message),
    hint: expect.stringMatching(/./),
  }),
})
const told = async (run: ReturnType<typeof list>) => {
  const ended = await run
  return { ...ended, error: ended.code === 0 ? undefined : JSON.parse(ended.stderr).error }
}

testWithServer(
  'a password comes from the URL, PGPASSWORD or .pgpass; none is 3, and stderr is JSON alone',
  async () => {
    const url = 'postgres://drover@127.0.0.1:PORT/drover'
    const none = refused(3, 'asks "drover" of 127.0.0.1:')
    expect(await told(list(url))).toMatchObject(none)
    expect(await told(list(url, { PGPASSWORD: 'guessed' }))).toMatchObject(refused(3, 'password'))
    expect(await list(url, { PGPASSWORD: server.password })).toEqual(works)
    expect(await list(`postgres://drover:${server.password}@127.0.0.1:PORT/drover`)).toEqual(works)
    const pgpass = path.join(home, '.pgpass')
    writeFileSync(pgpass, `127.0.0.1:${server.port}:*:drover:${server.password}\n`)
    chmodSync(pgpass, 0o644)
    expect(await told(list(url))).toMatchObject(none)
    chmodSync(pgpass, 0o600)
    expect(await list(url)).toEqual(works)
    chmodSync(pgpass, 0o000)
    const other = path.join(home, 'passwords')
    writeFileSync(other, 'no line of one\n127.0.0.1:*:drover:drover:wrong')
    chmodSync(other, 0o600)
    expect(await told(list(url, { PGPASSFILE: other }))).toMatchObject(refused(3, 'password'))
  },
)

testWithServer('IPv6, by URL and by PGHOST', async () => {
  const env = { PGPASSWORD: server.password }
  expect(await list('postgres://drover@[::1]:PORT/drover', env)).toEqual(works)
  expect(
    await list('postgres:///drover', { ...env, PGHOST: '::1', PGPORT: 'PORT', PGUSER: 'drover' }),
  ).toEqual(works)
  expect(await told(list('postgres://drover@[::1]:1/drover', env))).toMatchObject(
    refused(69, '[::1]:1/drover'),
  )
})

testWithServer('TLS: which certificates are believed, and what is said of those that are not', async () => {
  const env = { PGPASSWORD: server.password }
  const at = (host: string, query: string, more: Record<string, string> = {}) =>
    told(list(`postgres://drover@${host}:PORT/drover${query}`, { ...env, ...more }))
  const { authorityFile } = server
  for (const mode of ['require', 'verify-full', 'verify-ca'])
    expect(await at('127.0.0.1', `?sslmode=${mode}`)).toMatchObject(refused(69, 'self-signed certificate'))
  expect(await at('127.0.0.1', '?sslmode=no-verify')).toMatchObject(works)
  expect(await at('127.0.0.1', '', { PGSSLMODE: 'require' })).toMatchObject(
    refused(69, 'self-signed certificate'),
  )
  expect(await at('127.0.0.1', `?sslmode=verify-full&sslrootcert=${authorityFile}`)).toMatchObject(works)
  expect(await at('localhost', '?sslmode=verify-full', { PGSSLROOTCERT: authorityFile })).toMatchObject(works)
  expect(await at('localhost', '', { PGSSLMODE: 'verify-full', PGSSLROOTCERT: authorityFile })).toMatchObject(
    works,
  )
  expect(await at('[::1]', '?sslmode=verify-full', { PGSSLROOTCERT: authorityFile })).toMatchObject(
    refused(69, 'a certificate for another name'),
  )
  expect(await at('localhost', '?sslmode=verify-full&sslrootcert=/nowhere')).toMatchObject(
    refused(2, '/nowhere as sslrootcert, which is not there'),
  )
  expect(await at('localhost', '?sslmode=verify-full', { PGSSLROOTCERT: home })).toMatchObject(
    refused(2, 'sslrootcert'),
  )
  expect(await at('localhost', '?sslmode=always')).toMatchObject(refused(2, 'sslmode=always'))
  expect(await at('localhost', '', { PGSSLMODE: 'always' })).toMatchObject(refused(2, 'sslmode=always'))
})

testWithServer('a service names host, port, database and user, by PGSERVICE and by ?service=', async () => {
  const file = path.join(home, '.pg_service.conf')
  const shop = `[shop]\nhost=127.0.0.1\nport=${server.port}\ndbname=drover\nuser=drover\npassword=${server.password}\n`
  writeFileSync(file, `# ours\n[other]\nhost=nowhere.invalid\n\n${shop}\n[last]\nport=1\n`)
  for (const [url, env] of [
    ['postgres://?service=shop', {}],
    ['postgres:///?service=shop', {}],
    ['postgres://', { PGSERVICE: 'shop' }],
  ] as const)
    expect(await list(url, env)).toEqual(works)
  expect(await told(list('postgres:///absent?service=shop'))).toMatchObject(refused(69, '/absent'))
  expect(await told(list('postgres://?service=none'))).toMatchObject(refused(2, 'no service "none"'))
  expect(await told(list('postgres://elsewhere/x?service=shop'))).toMatchObject(refused(2, 'another one'))
})

testWithServer(
  'several hosts, and what else would be another database, are refused in one sentence',
  async () => {
    const env = { PGPASSWORD: server.password }
    for (const url of [
      'postgres://drover@a,127.0.0.1:PORT/drover',
      'postgres://drover@/drover?host=a,127.0.0.1',
    ])
      expect(await told(list(url, env))).toMatchObject(refused(2, 'several hosts'))
    expect(await told(list('postgres:///drover', { ...env, PGHOST: 'a,127.0.0.1' }))).toMatchObject(
      refused(2, 'several hosts'),
    )
    expect(
      await told(list('postgres://drover@127.0.0.1:PORT/drover?target_session_attrs=read-write', env)),
    ).toMatchObject(refused(2, 'target_session_attrs'))
    expect(
      await told(list('postgres://drover@127.0.0.1:PORT/drover', { ...env, PGHOSTADDR: '10.0.0.1' })),
    ).toMatchObject(refused(2, 'PGHOSTADDR'))
    expect(await list('postgres://127.0.0.1:PORT?dbname=drover&user=drover', env)).toEqual(works)
  },
)
