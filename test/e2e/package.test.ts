import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDrover } from '../support/drover-process.ts'
import { createHome, removeHome } from '../support/throw-away-home.ts'

const run = promisify(execFile)
const repository = path.join(import.meta.dirname, '../..')

let home: string
let bin: string
beforeAll(async () => {
  home = await createHome()
  const folder = path.join(home, 'elsewhere')
  await mkdir(folder)
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', home], { cwd: repository })
  const tarball = (await readdir(home)).find((file) => file.endsWith('.tgz')) ?? ''
  await run('npm', ['install', '--ignore-scripts', '--prefer-offline', path.join(home, tarball)], {
    cwd: folder,
  })
  bin = path.join(folder, 'node_modules/drover/bin/drover.js')
}, 120_000)
afterAll(async () => {
  await runDrover(['db', 'stop', '--force'], { home, bin })
  await removeHome(home)
})

test('the package, installed into an empty folder without install scripts, runs a workflow from nothing', async () => {
  const result = await runDrover(['run', 'eventsWorkflow', '2', '0', '--app', 'drover:demo'], { home, bin })
  expect(result.code).toBe(0)
  expect(JSON.parse(result.stdout)).toHaveLength(2)
})

test('the package holds what is needed, and nothing else', async () => {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], {
    cwd: repository,
  })
  const files: { readonly path: string }[] = JSON.parse(stdout)[0].files
  const tops = new Set(files.map((file) => file.path.split('/')[0]))
  expect([...tops].sort()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json'])
})
