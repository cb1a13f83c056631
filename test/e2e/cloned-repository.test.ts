import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runDrover } from '../support/drover-process.ts'
import { createHome } from '../support/throw-away-home.ts'

const isRoot = process.getuid?.() === 0
const stranger = 54_321

/** By which everybody reaches this machine: what goes there has left it, as far as drover knows. */
const outside = Object.values(os.networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

/** What must not leave, each in a form that no other text has. */
const secrets = {
  SECRET: 'leak-of-a-variable',
  PGPASSWORD: 'leak-of-the-password',
  PGUSER: 'leak-of-the-user',
  PGDATABASE: 'leak-of-the-database',
  PGOPTIONS: '-c leak.of=options',
}

let server: Server
let port: number
let heard: string[]
let home: string
let repository: string

beforeAll(async () => {
  // Answers nobody: it asks for a password, and hangs up when it has it.
  server = createServer((socket) => {
    let hasStarted = false
    socket.on('error', () => {})
    socket.on('data', (data) => {
      heard.push(data.toString('latin1'))
      if (hasStarted) return void socket.end()
      hasStarted = true
      socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]))
    })
  }).listen(0)
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterAll(() => server.close())

/** A fresh home and a clone of three levels, whose files are written by path below it. */
async function clone(files: Readonly<Record<string, string>>): Promise<void> {
  heard = []
  home = await createHome()
  repository = path.join(await createHome(), 'shop')
  mkdirSync(path.join(repository, 'packages/api'), { recursive: true })
  for (const [name, text] of Object.entries(files))
    writeFileSync(path.join(repository, name), text, { mode: 0o644 })
}

const list = (env: Readonly<Record<string, string>> = {}, args: readonly string[] = ['list']) =>
  runDrover([...args, '--connect-timeout', '20s'], { home, cwd: path.join(repository, 'packages/api'), env })

const hostile = (host: string) => ({
  'drover.config.json': JSON.stringify({ databaseUrl: `postgres://u:\${SECRET}@${host}/x` }),
  'packages/drover.config.json': JSON.stringify({ databaseUrl: `postgres://${host}/` }),
  'packages/api/drover.config.json': JSON.stringify({
    databaseUrl: `postgres://u@${host}/x`,
    application: '${SECRET}',
  }),
  'packages/api/dbos-config.yaml': `name: \${SECRET}\nsystem_database_url: postgres://u:\${PGPASSWORD}@${host}/x\n`,
})

test.skipIf(!outside)(
  'nothing of the environment leaves for a host that a clone names at any of three levels (needs an address)',
  async () => {
    const files = Object.entries(hostile(`${outside}:${port}`))
    for (const [name, text] of files) {
      await clone({ [name]: text })
      const { code, stderr } = await list(secrets)
      expect({ name, code, heard }).toEqual({ name, code: 2, heard: [] })
      expect(stderr).toContain('hint: drover config trust')
      expect(stderr).not.toMatch(/leak/)
    }
    await clone(Object.fromEntries(files))
    for (const args of [['list'], ['doctor'], ['inbox'], ['list', '-o', 'json'], ['watch', '@last']]) {
      expect((await list(secrets, args)).code).toBe(2)
    }
    expect(heard).toEqual([])
  },
)

test.skipIf(!outside)(
  'a file of cases, which may be of the clone as well, sends nothing of the environment to its host',
  async () => {
    const databaseUrl = `postgres://u:p@${outside}:${port}/x?sslmode=disable`
    await clone({
      'drover.config.json': JSON.stringify({ databaseUrl }),
      'packages/api/smoke.yaml':
        'vars: { it: "${SECRET}" }\ncases: [{ name: one, start: { workflow: w, args: ["${it}"] } }]',
    })
    const { code, stderr } = await list({ SECRET: secrets.SECRET }, ['test', 'smoke.yaml'])
    expect({ code, heard }).toEqual({ code: 2, heard: [] })
    expect(stderr).toContain('sends ${SECRET} to')
    expect(stderr).toContain('hint: drover config trust')
  },
)

test.skipIf(!outside)(
  'what the file says itself is all that goes to its host, byte for byte, and that host is said once',
  async () => {
    const databaseUrl = `postgres://u:p@${outside}:${port}/x`
    await clone({ 'drover.config.json': JSON.stringify({ databaseUrl }) })
    const first = await list({})
    const withoutEnvironment = heard
    expect(first.stderr).toContain(`Connecting to ${outside}:${port} for the first time`)
    expect(first).toMatchObject({ code: 3, stderr: expect.stringContaining('in clear text') })
    heard = []
    const { SECRET, PGPASSWORD } = secrets
    const second = await list({ SECRET, PGPASSWORD })
    expect(second.stderr).not.toContain('for the first time')
    expect(heard).toEqual(withoutEnvironment)
    expect(heard.length).toBeGreaterThan(0)
  },
)

test('a whole variable, and a password of the environment to this machine, go on to work', async () => {
  await clone({ 'drover.config.json': JSON.stringify({ databaseUrl: '${DBOS_SYSTEM_DATABASE_URL}' }) })
  chmodSync(path.join(repository, 'drover.config.json'), 0o664)
  await list({ DBOS_SYSTEM_DATABASE_URL: `postgres://u:whole@127.0.0.1:${port}/x` })
  expect(heard.join('')).toContain('whole')

  await clone({ 'packages/dbos-config.yaml': `system_database_url: postgres://u@localhost:${port}/x\n` })
  await list({ PGPASSWORD: 'by-environment' })
  expect(heard.join('')).toContain('by-environment')
})

test('a file that everybody may write to is refused, until it is trusted as it is', async () => {
  await clone({ 'drover.config.json': '{"schema": "flows"}' })
  const file = path.join(repository, 'drover.config.json')
  chmodSync(file, 0o666)
  const { code, stderr } = await list({}, ['config'])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `error: ${file} can be written to by every user.\nhint: drover config trust   # once you read the file\n`,
  })
  expect((await list({ DROVER_TRUST_CONFIG: '1' }, ['config'])).code).toBe(0)
  expect((await list({}, ['config', 'trust', '--yes'])).code).toBe(0)
  expect((await list({}, ['config'])).code).toBe(0)
  writeFileSync(file, '{"schema": "other"}')
  expect((await list({}, ['config'])).code).toBe(2)
})

test('what is there and cannot be read is named, and a pipe is not waited for', async () => {
  await clone({})
  const file = path.join(repository, 'drover.config.json')
  const refused = { code: 2, stderr: expect.stringContaining(`${file} cannot be read: `) }
  mkdirSync(file)
  expect(await list({}, ['config'])).toMatchObject(refused)
  rmSync(file, { recursive: true })
  execFileSync('mkfifo', [file])
  expect(await list({}, ['config'])).toMatchObject(refused)
  rmSync(file)
  writeFileSync(file, '')
  truncateSync(file, 3e9)
  expect(await list({}, ['config'])).toMatchObject(refused)
  rmSync(file)
  symlinkSync('/nowhere', file)
  expect(await list({}, ['config'])).toMatchObject(refused)
})

test.skipIf(!isRoot)(
  'a file of another user is refused, and so is one behind their link (as root)',
  async () => {
    await clone({ 'drover.config.json': '{}', 'own.json': '{}' })
    const file = path.join(repository, 'drover.config.json')
    chownSync(file, stranger, stranger)
    const { code, stderr } = await list({}, ['config'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${file} belongs to another user.\nhint: drover config trust   # once you read the file\n`,
    })
    rmSync(file)
    symlinkSync(path.join(repository, 'own.json'), file)
    execFileSync('chown', ['-h', `${stranger}`, file])
    expect((await list({}, ['config'])).stderr).toContain('belongs to another user')
  },
)

test.skipIf(!isRoot)('root reads the files of who mounted a directory for it (as root)', async ({ skip }) => {
  await clone({ 'drover.config.json': '{"schema": "flows"}' })
  execFileSync('chown', ['-R', `${stranger}:${stranger}`, repository])
  const place = await createHome()
  try {
    execFileSync('mount', ['--bind', repository, place], { stdio: 'ignore' })
  } catch {
    skip('nothing can be mounted here')
  }
  onTestFinished(() => void execFileSync('umount', [place]))
  const { code, stdout } = await runDrover(['config', '-o', 'json'], { home, cwd: place })
  expect(code).toBe(0)
  expect(stdout).toContain('flows')
})
