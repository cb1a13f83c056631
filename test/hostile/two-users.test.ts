import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { droverBin } from '../support/drover-process.ts'

const isRoot = process.getuid?.() === 0 && process.platform === 'linux'

interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  /** Theirs alone. */
  readonly directory: string
}

let victim: User
let attacker: User

function addUser(kind: string): User {
  const name = `drover-${kind}-${process.pid}`
  execFileSync('useradd', ['--no-create-home', '--user-group', name])
  const numberOf = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  const directory = mkdtempSync(path.join(os.tmpdir(), `${kind}-`))
  const user = { name, uid: numberOf('-u'), gid: numberOf('-g'), directory }
  chownSync(directory, user.uid, user.gid)
  chmodSync(directory, 0o755)
  return user
}

beforeAll(() => {
  if (!isRoot) return
  victim = addUser('victim')
  attacker = addUser('attacker')
})

afterAll(() => {
  for (const user of [victim, attacker]) {
    if (!user) continue
    rmSync(user.directory, { recursive: true, force: true })
    execFileSync('userdel', [user.name], { stdio: 'ignore' })
  }
})

async function runAs(
  { uid, gid, directory, name }: User,
  program: string,
  args: readonly string[],
  {
    cwd = directory,
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const child = spawn(program, args, {
    uid,
    gid,
    cwd,
    env: { PATH: process.env.PATH, HOME: directory, USER: name, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: child.exitCode, stdout, stderr }
}

const drover = (args: readonly string[], options?: Parameters<typeof runAs>[3]) =>
  runAs(victim, process.execPath, [droverBin, ...args], options)

test.skipIf(!isRoot)(
  'a pipe that another user made takes all of the output, as under su and runuser (as root)',
  async () => {
    const line = `{ runuser -u "$1" -- env HOME="$2" "$3" "$4" help --json; echo "code $?"; } | cat`
    const words = [victim.name, victim.directory, process.execPath, droverBin]
    const child = spawn('sh', ['-c', line, 'sh', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    expect(stderr).toBe('')
    expect(stdout.slice(-'code 0\n'.length)).toBe('code 0\n')
    expect(JSON.parse(stdout.slice(0, -'code 0\n'.length))).toMatchObject({ commands: expect.anything() })
  },
)

test.skipIf(!isRoot)(
  'who squats in the place of the socket hears nothing, whoever is first (as root)',
  async () => {
    const home = path.join(victim.directory, 'deep'.repeat(25))
    const hash = createHash('sha256').update(home).digest('hex').slice(0, 10)
    const place = `/tmp/drover-${victim.uid}-${hash}`
    const script = `
    const fs = require('node:fs'), net = require('node:net')
    fs.mkdirSync(process.argv[1]); fs.chmodSync(process.argv[1], 0o777)
    const socket = process.argv[1] + '/.s.PGSQL.5432'
    net.createServer((c) => { c.on('data', () => {}); console.log('heard') })
      .listen(socket, () => { fs.chmodSync(socket, 0o777); console.log('squatting') })`
    const squatter = spawn(process.execPath, ['-e', script, place], {
      uid: attacker.uid,
      gid: attacker.gid,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => {
      squatter.kill('SIGKILL')
      rmSync(place, { recursive: true, force: true })
    })
    let said = ''
    squatter.stdout.on('data', (chunk) => {
      said += chunk
    })
    await once(squatter.stdout, 'data')
    for (const args of [
      ['db', 'start'],
      ['db', 'url'],
      ['worker', '--app', 'drover:demo'],
      ['db', 'status'],
    ]) {
      const { code, stderr } = await drover(args, { env: { DROVER_HOME: home } })
      expect({ args, code }).toEqual({ args, code: 69 })
      if (args[1] !== 'status') expect(stderr).toContain(`The socket directory ${place} is not private`)
    }
    expect(said.trim()).toBe('squatting')
  },
)

test.skipIf(!isRoot)(
  'a home that came to be under umask 000 takes nothing from others (as root)',
  async () => {
    const home = path.join(victim.directory, 'state/drover')
    const command = `umask 000; exec "${process.execPath}" "${droverBin}" start x --db-url postgres://u:p@127.0.0.1:1/x --timeout 1s`
    await runAs(victim, 'sh', ['-c', command], { env: { DROVER_HOME: home } })
    expect(lstatSync(home).mode & 0o777).toBe(0o700)
    const planted = await runAs(attacker, 'sh', ['-c', `mkdir -p ${home}/pg/x/bin && echo planted`])
    expect(planted.stdout).toBe('')
    expect(existsSync(path.join(home, 'pg'))).toBe(false)
  },
)

test.skipIf(!isRoot)(
  'a configuration file that another user left above the directory is not acted on (as root)',
  async () => {
    const shared = mkdtempSync(path.join(os.tmpdir(), 'shared-'))
    chmodSync(shared, 0o1777)
    onTestFinished(() => rmSync(shared, { recursive: true, force: true }))
    const cwd = path.join(shared, 'project/src')
    mkdirSync(cwd, { recursive: true })
    const file = path.join(shared, 'drover.config.json')
    writeFileSync(file, '{"databaseUrl": "postgres://u@127.0.0.1:1/x"}')
    chownSync(file, attacker.uid, attacker.gid)
    const options = { cwd, env: { DROVER_HOME: path.join(victim.directory, 'other') } }
    const refused = await drover(['list'], options)
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${file} belongs to another user.`),
    })
    expect((await drover(['config', 'trust', '--yes'], options)).code).toBe(0)
    expect((await drover(['config'], options)).stdout).toContain('127.0.0.1:1/x')
  },
)
