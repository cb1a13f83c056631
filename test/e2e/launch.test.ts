import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { droverBin, runDrover, startDrover } from '../support/drover-process.ts'
import { createEmptyHome, removeHome } from '../support/throw-away-home.ts'
import { waitUntil } from '../support/wait-until.ts'

let home: string
beforeEach(async () => {
  home = await createEmptyHome()
})
afterEach(() => removeHome(home))

const unharmed = { code: 0, stdout: expect.stringContaining('drover list'), stderr: '' }
const runHelp = () => runDrover(['list', '--help'], { home, cwd: '/' })

/** What V8 compiled, by file. */
async function keptCode(): Promise<string[]> {
  const names = await readdir(path.join(home, 'code'), { recursive: true })
  const files = names.map((name) => path.join(home, 'code', name))
  const stats = await Promise.all(files.map((file) => stat(file)))
  return files.filter((_, index) => stats[index]?.isFile())
}

test('what was compiled is kept for this user alone, and used the next time', async () => {
  expect(await runHelp()).toEqual(unharmed)
  const [file = ''] = await keptCode()
  const written = await stat(file)
  expect((await stat(path.join(home, 'code'))).mode & 0o777).toBe(0o700)
  expect(await runHelp()).toEqual(unharmed)
  expect((await stat(file)).mtimeMs).toBe(written.mtimeMs)
})

test('what goes on for long keeps what was compiled while it does', async () => {
  const url = 'postgres://nobody@127.0.0.1:1/nothing'
  const waiting = startDrover(['wait', 'id', '--timeout', '1h', '--db-url', url], { home, cwd: '/' })
  const files = () => keptCode().catch(() => [])
  try {
    await waitUntil('code is kept', async () => (await files()).some((file) => file.endsWith('main.js')))
    expect(waiting.process.exitCode).toBe(null)
  } finally {
    // Before the home is removed, in which it may still write.
    waiting.process.kill('SIGKILL')
    await waiting.ended
  }
})

test.each<[damage: string, spoil: (code: Buffer) => Buffer]>([
  ['cut off', (code) => code.subarray(0, code.length / 3)],
  ['emptied', () => Buffer.alloc(0)],
  ['overwritten with zeros', (code) => Buffer.alloc(code.length)],
  [
    'changed in its middle',
    (code) => Buffer.from(code.map((byte, index) => (index % 999 === 500 && index < 150_000 ? ~byte : byte))),
  ],
])('compiled code that was %s harms nothing, and is replaced', async (_, spoil) => {
  await runHelp()
  const files = await keptCode()
  expect(files).not.toEqual([])
  const spoilt = new Map<string, Buffer>()
  for (const file of files) {
    spoilt.set(file, spoil(await readFile(file)))
    await writeFile(file, spoilt.get(file) ?? '')
  }
  expect(await runHelp()).toEqual(unharmed)
  for (const file of files) expect(spoilt.get(file)?.equals(await readFile(file))).toBe(false)
})

test('a folder that others may write to is neither read nor written', async () => {
  await mkdir(path.join(home, 'code'))
  await chmod(path.join(home, 'code'), 0o777)
  expect(await runHelp()).toEqual(unharmed)
  expect(await keptCode()).toEqual([])
})

test('a home that cannot be written harms nothing', async () => {
  const file = path.join(home, 'file')
  await writeFile(file, '')
  expect(await runDrover(['list', '--help'], { home: path.join(file, 'home'), cwd: '/' })).toEqual(unharmed)
})

test('the version is printed without loading the program, and kept code is not asked', async () => {
  const { version } = JSON.parse(await readFile(path.join(import.meta.dirname, '../../package.json'), 'utf8'))
  for (const flag of ['--version', '-V']) {
    expect(await runDrover([flag], { home, cwd: '/' })).toEqual({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    })
  }
  await expect(stat(path.join(home, 'code'))).rejects.toThrow('ENOENT')
})

test('a clone in which nothing was built yet says so, and how to', async () => {
  const bin = path.join(home, "it's new", 'bin/drover.js')
  await cp(path.dirname(droverBin), path.dirname(bin), { recursive: true })
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, 'list'], { encoding: 'utf8' })
  const folder = path.dirname(path.dirname(bin))
  expect({ status, stdout, lines: stderr.trimEnd().split('\n') }).toEqual({
    status: 2,
    stdout: '',
    lines: [
      `error: drover is not built: ${folder} is a clone in which nothing was run yet.`,
      `hint: npm run build --prefix '${folder.replace("'", String.raw`'\''`)}'`,
    ],
  })
})
