import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ourModules } from '../support/app-folder.ts'
import { runDrover } from '../support/drover-process.ts'
import { createEmptyHome, stopAndRemoveHome } from '../support/throw-away-home.ts'

const run = promisify(execFile)
const repository = path.join(import.meta.dirname, '../..')

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>
}

let home: string
let bin: string
let packed: { readonly filename: string; readonly files: readonly { readonly path: string }[] }
beforeAll(async () => {
  home = await createEmptyHome()
  const folder = path.join(home, 'elsewhere')
  await mkdir(folder)
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', home]
  packed = JSON.parse((await run('npm', pack, { cwd: repository })).stdout)[0]
  const modules = path.join(folder, 'node_modules')
  await installDependencies(modules)
  await mkdir(path.join(modules, 'drover'))
  await run('tar', [
    '-xzf',
    path.join(home, packed.filename),
    '--strip-components=1',
    '-C',
    path.join(modules, 'drover'),
  ])
  bin = path.join(modules, 'drover/bin/drover.js')
})
afterAll(() => stopAndRemoveHome(home))

/**
 * As npm would without install scripts, and without the registry, which is not there everywhere: what the lock file says
 * that an installation of the package gets, and nothing that only its development needs.
 */
async function installDependencies(modules: string): Promise<void> {
  const lock: Lock = JSON.parse(await readFile(path.join(repository, 'package-lock.json'), 'utf8'))
  const names = Object.entries(lock.packages)
    .filter(([name, { dev }]) => name.startsWith('node_modules/') && !dev)
    .map(([name]) => name.slice('node_modules/'.length))
    // What lies within another comes with it.
    .filter((name) => !name.includes('node_modules/') && existsSync(path.join(ourModules, name)))
  for (const name of names) {
    await mkdir(path.dirname(path.join(modules, name)), { recursive: true })
    await symlink(path.join(ourModules, name), path.join(modules, name))
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
